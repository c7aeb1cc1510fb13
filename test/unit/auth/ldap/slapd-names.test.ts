import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalName } from "../../../../src/auth/ldap/names.ts";
import { SUFFIX } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { authOf, type DirectoryWorld, startWorld } from "./directory-world.ts";
import { errorsOf, REFUSED } from "./support.ts";

/** Which names a real directory takes for whose: no name finds somebody else, and all spellings of one are one. */

/** The letter as East Asian typography has it: another character, and the same to a directory. */
const fullWidth = (letter: string): string => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);

let world: DirectoryWorld;
let slapd: DirectoryWorld["slapd"];
let server: DirectoryWorld["server"];
let said: DirectoryWorld["said"];
let person: DirectoryWorld["person"];

describeSlapd("a name at a directory", () => {
  beforeAll(async () => {
    world = await startWorld();
    ({ slapd, server, said, person } = world);
  });
  beforeEach(() => world.reset());
  afterAll(() => world.stop());

  describe("a name", () => {
    const MEANINGS = [
      "*",
      "g-al*",
      "g-alice)(uid=*",
      ")(|(uid=*",
      "*)(uid=*))(|(uid=*",
      "g-alice\\2a",
      "\\67-alice",
      "g-alice\\",
      "(g-alice",
      "uid=g-alice",
      "cn=alice,ou=people,dc=golden,dc=test",
      "&(uid=g-alice)",
      "|",
      "!",
      "g-alice,g-bob",
      "x,cn=alice",
      "alice+sn=Liddell",
      "alice#",
      '"alice"',
      "<alice>",
      "alice;ou=people",
    ];

    it.each(MEANINGS)("finds nobody by a name made of what means something: %p", async (name) => {
      const searched = await server.login(name);
      await server.configure({ binddn: "", bindpass: "", userattr: "cn" });
      const composed = await server.login(name);

      expect([errorsOf(searched), errorsOf(composed)]).toEqual([REFUSED, REFUSED]);
    });

    /** Parts of a name that is there, ways to write its letters, and what means something to the directory. */
    const part = fc.constantFrom(
      ..."g-alice",
      ..."G-ALICE",
      ...'*()\\&|!=<>~:;,+"#% ',
      ...[
        "g-alice",
        "\uff41",
        "\u24d0",
        "\u00aa",
        "\u0430",
        "a\u0301",
        "\ufb01",
        "\u2011",
        "\u00a0",
        "\u034f",
        "\u0131",
        "\u0130",
      ],
      ...["*)(uid=", "\\2a", "\\67", ",ou=people,dc=golden,dc=test", "uid=g-alice", "cn=alice", ")(objectClass=*"],
    );
    const made = fc.oneof(
      fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join("")),
      // The name itself with some letters written another way.
      fc
        .tuple(
          ...[..."g-alice"].map((letter) =>
            fc.constantFrom(
              letter,
              letter,
              letter.toUpperCase(),
              fullWidth(letter),
              `${letter}\u034f`,
              letter === "i" ? "\u0130" : letter,
            ),
          ),
        )
        .map((letters) => letters.join("")),
    );

    it("V38 and V86: whatever it consists of, logs in only where it is a spelling of that user's", async () => {
      let found = 0;
      await fc.assert(
        fc.asyncProperty(made, async (name) => {
          const { status } = await server.login(name);
          const isAlice = canonicalName(name, false) === "g-alice";
          found += isAlice ? 1 : 0;
          expect([name, status === 200]).toEqual([name, isAlice]);
        }),
        { numRuns: 150 },
      );
      expect(found).toBeGreaterThan(10);
    });

    it.each([
      ["x".repeat(600), REFUSED],
      ["\u034f", REFUSED],
    ])("is refused as a wrong password is where nobody can have it", async (name, wanted) => {
      expect(errorsOf(await server.login(name))).toEqual(wanted);
    });

    it("V42: that exists and one that does not are refused alike", async () => {
      const answers = [await server.login("g-alice", "wrong"), await server.login("g-nobody", "wrong")];

      expect(answers.map(errorsOf)).toEqual([REFUSED, REFUSED]);
      expect(new Set(answers.map(({ headers }) => JSON.stringify(headers))).size).toBe(1);
    });

    it("V38: is locked out in every spelling once it failed five times in any", async () => {
      await person("g-lock");
      for (const name of ["g-lock", "G-Lock", " G-LOCK", "g-lock  ", "g-LOCK"])
        expect([name, ...errorsOf(await server.login(name, "wrong"))]).toEqual([name, ...REFUSED]);

      const locked = ["g-lock", "g-lóck", "G-LOCK", " g-lock", "\uff47-lock", "g-lock\u034f"];
      for (const name of locked) expect([name, (await server.login(name, "g-lock-pw")).status]).toEqual([name, 403]);
      expect((await server.login("g-alice")).status).toBe(200);
    });

    it("V38: is counted once for all spellings also where case counts", async () => {
      await person("g-cased");
      await server.configure({ case_sensitive_names: true });
      for (const name of ["g-cased", "G-Cased", "G-CASED", "g-Cased", "g-caseD"]) await server.login(name, "wrong");

      expect((await server.login("g-cased", "g-cased-pw")).status).toBe(403);
    });

    it("V41: that nobody has is locked like one that somebody has", async () => {
      for (let tries = 0; tries < 5; tries++) await server.login("g-invented", "wrong");

      expect(errorsOf(await server.login("g-invented", "wrong"))).toEqual([403, ["permission denied"]]);
    });

    it.each([true, false])(
      "V44: in other spellings is one entity (username_as_alias: %p)",
      async (username_as_alias) => {
        await server.configure({ username_as_alias });
        const spellings = ["g-alice", "G-Alice", " g-alice ", "\uff47-alice", "g-\u034falice"];
        const entities = [];
        for (const name of spellings) entities.push(authOf(await server.login(name))["entity_id"]);

        expect(new Set(entities).size).toBe(1);
      },
    );
  });

  describe("a user principal name", () => {
    it("finds the user by the bind account, and its groups", async () => {
      await server.configure({ upndomain: "golden.test", userattr: "userPrincipalName", username_as_alias: true });
      await said("groups/g-dev", { policies: "dev" });

      const answer = await server.login("alice");

      expect(authOf(answer)["policies"]).toEqual(["default", "dev"]);
    });

    it("or an account name logs in where both are allowed, and still nobody by a wildcard", async () => {
      await slapd.change((client) =>
        client.add(`cn=Ada Smith,ou=people,${SUFFIX}`, {
          objectClass: ["inetOrgPerson", "goldenPrincipal"],
          sn: "Smith",
          uid: "g-ada",
          userPrincipalName: "ada.smith@golden.test",
          sAMAccountName: "asmith",
          userPassword: "ada-pw",
        }),
      );
      await server.configure({ upndomain: "golden.test", enable_samaccountname_login: true });
      const both = [await server.login("ada.smith", "ada-pw"), await server.login("ASmith", "ada-pw")];
      const wild = await server.login("a*", "ada-pw");
      await server.configure({ enable_samaccountname_login: false });
      const one = await server.login("asmith", "ada-pw");

      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect(new Set(both.map((answer) => authOf(answer)["entity_id"])).size).toBe(1);
      expect([errorsOf(wild), errorsOf(one)]).toEqual([REFUSED, REFUSED]);
    });

    it("that nobody has, and one with a wildcard, is refused", async () => {
      await server.configure({ upndomain: "golden.test" });

      expect(errorsOf(await server.login("bob"))).toEqual(REFUSED);
      expect(errorsOf(await server.login("*"))).toEqual(REFUSED);
    });
  });
});
