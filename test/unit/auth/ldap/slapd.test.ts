import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Attribute, Change } from "ldapts";
import { canonicalName } from "../../../../src/auth/ldap/names.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { type Slapd, SUFFIX, startSlapd } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { errorsOf, type LdapServer, makeLdapServer, NOT_BOUND, REFUSED, SEARCHED } from "./support.ts";

/** The letter as East Asian typography has it: another character, and the same to a directory. */
const fullWidth = (letter: string): string => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0);

let slapd: Slapd;
let server: LdapServer;

const authOf = (answer: { readonly body: JsonObject }): JsonObject => answer.body["auth"] as JsonObject;
const tokenOf = (answer: { readonly body: JsonObject }): string => String(authOf(answer)["client_token"]);
const renew = (token: string) => server.call("POST", "auth/token/renew-self", { token, body: {} });
const said = (path: string, body: JsonObject) => server.call("POST", `auth/ldap/${path}`, { body });

/** Adds an account that only this test uses. */
const person = (uid: string, more: Readonly<Record<string, string>> = {}) =>
  slapd.change((client) =>
    client.add(`cn=${uid},ou=people,${SUFFIX}`, {
      objectClass: "inetOrgPerson",
      cn: uid,
      sn: uid,
      uid,
      userPassword: `${uid}-pw`,
      ...more,
    }),
  );
const replace = (dn: string, type: string, ...values: string[]) =>
  slapd.change((client) =>
    client.modify(dn, new Change({ operation: "replace", modification: new Attribute({ type, values }) })),
  );

describeSlapd("login with a directory", () => {
  beforeAll(async () => {
    slapd = await startSlapd({
      // A limit below the number of groups, which paging gets past.
      limits: `limits dn.exact="cn=binder,${SUFFIX}" size.soft=3 size.hard=3 size.prtotal=unlimited`,
    });
    server = await makeLdapServer();
  });
  afterAll(async () => {
    await server.stop();
    await slapd.stop();
  });
  beforeEach(async () => {
    await server.configure({
      url: slapd.url,
      upndomain: "",
      userfilter: "",
      username_as_alias: false,
      case_sensitive_names: false,
      deny_null_bind: true,
      discoverdn: false,
      max_page_size: 0,
      groupfilter: "(member={{.UserDN}})",
      token_policies: "",
      ...SEARCHED,
    });
  });
  afterEach(() => {
    server.logLines.length = 0;
    server.auditLines.length = 0;
  });

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

    it("V38 and V86: whatever it consists of, is one that we know for the same, or nobody's", async () => {
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

  describe("an empty password", () => {
    it.each(["", null])("is refused before the directory is asked: %p", async (password) => {
      expect(errorsOf(await server.login("g-alice", password))).toEqual([
        400,
        ["password cannot be of zero length when passwordless binds are being denied"],
      ]);
    });

    it("is nobody's where the name is", async () => {
      await server.configure({ deny_null_bind: false });

      expect(errorsOf(await server.login("g-nobody", ""))).toEqual(REFUSED);
    });
  });

  describe("a password", () => {
    it("is kept nowhere that can be read", async () => {
      const canary = "canary-Zh5q!";
      await person("g-canary", { userPassword: canary });
      await server.configure({ bindpass: "binder-pw" });
      const answers = [
        await server.login("g-canary", canary),
        await server.login("g-canary", `${canary}x`),
        await server.login("g-nobody", canary),
      ];
      const token = tokenOf(answers[0] ?? { body: {} });
      answers.push(await renew(token), await server.call("GET", "auth/token/lookup-self", { token }));
      answers.push(await server.call("GET", "auth/ldap/config"));

      const told = JSON.stringify([answers, server.auditLines, server.logLines]);
      expect(told).not.toContain(canary);
      expect(told).not.toContain("binder-pw");
      const table = JSON.stringify(server.table.calls.map(({ input }) => input));
      expect(table).not.toContain(canary);
      expect(table).not.toContain(Buffer.from(canary).toString("base64"));
    });

    it("of the bind account that is wrong does not lock users out", async () => {
      await server.configure({ bindpass: "wrong" });
      for (let tries = 0; tries < 6; tries++) expect(errorsOf(await server.login("g-alice"))).toEqual(REFUSED);
      await server.configure({ bindpass: "binder-pw" });

      expect((await server.login("g-alice")).status).toBe(200);
    });
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

    it("of nobody, and one with a wildcard, is refused", async () => {
      await server.configure({ upndomain: "golden.test" });

      expect(errorsOf(await server.login("bob"))).toEqual(REFUSED);
      expect(errorsOf(await server.login("*"))).toEqual(REFUSED);
    });
  });

  describe("groups", () => {
    it("beyond the directory's limit are an error that says so, and come in pages where that is set", async () => {
      await server.configure({ groupfilter: "(|(cn=*){{if false}}{{.Username}}{{end}})" });
      const whole = await server.login("g-alice");
      await server.configure({ max_page_size: 2 });
      await said("groups/g-staff", { policies: "staff" });
      const paged = await server.login("g-alice");

      expect(errorsOf(whole)).toEqual([400, ["LDAP search failed: size limit exceeded"]]);
      expect(authOf(paged)["policies"]).toContain("staff");
    });

    it("are found by a rule for matching, as Active Directory finds nested ones", async () => {
      await server.configure({
        groupfilter: "(&(objectClass=groupOfNames)(member:distinguishedNameMatch:={{.UserDN}}))",
      });
      await said("groups/g-dev", { policies: "dev" });

      expect(authOf(await server.login("g-carol", "carol-pw"))["policies"]).toContain("dev");
    });

    it("that are nowhere to be searched are a mistake of the configuration", async () => {
      await server.configure({ groupdn: `ou=nowhere,${SUFFIX}` });

      expect(errorsOf(await server.login("g-alice"))).toEqual([400, ["LDAP search failed: no such object"]]);
    });

    it("of the mapping count though the directory names none, and never make a root token", async () => {
      await said("users/g-loner", { groups: "Local, g-dev", policies: "own" });
      await said("groups/local", { policies: "of-local" });

      const answer = await server.login("g-loner", "loner-pw");
      const root = await said("groups/evil", { policies: ["ROOT "] });

      expect(authOf(answer)["policies"]).toEqual(expect.arrayContaining(["default", "of-local", "own"]));
      expect(answer.body["warnings"]).toEqual([
        `no LDAP groups found in groupDN "ou=groups,${SUFFIX}"; only policies from locally-defined groups available`,
      ]);
      expect(errorsOf(root)).toEqual([400, ["auth methods cannot create root tokens"]]);
    });
  });

  it.each([
    ["never", 400],
    ["finding", 400],
    ["searching", 200],
    ["always", 200],
  ])("an alias of the directory is followed where dereference_aliases says so: %s", async (mode, status) => {
    const place = `ou=aliases-${mode},${SUFFIX}`;
    await slapd.change(async (client) => {
      await client.add(place, { objectClass: "organizationalUnit", ou: `aliases-${mode}` });
      await client.add(`cn=a,${place}`, {
        objectClass: ["alias", "extensibleObject"],
        cn: "a",
        aliasedObjectName: `cn=alice,ou=people,${SUFFIX}`,
      });
    });
    await server.configure({ userdn: place, dereference_aliases: mode });
    const answer = await server.login("g-alice");
    await server.configure({ dereference_aliases: "never" });

    expect(answer.status).toBe(status);
  });

  describe("a renewal", () => {
    const session = async (uid: string): Promise<string> => {
      await person(uid);
      return tokenOf(await server.login(uid, `${uid}-pw`));
    };

    it("is refused once the directory has removed the user, and the token lives to its end", async () => {
      const token = await session("g-gone");
      expect((await renew(token)).status).toBe(200);
      await slapd.change((client) => client.del(`cn=g-gone,ou=people,${SUFFIX}`));

      expect(errorsOf(await renew(token))).toEqual([400, [NOT_BOUND]]);
      expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(200);
    });

    it("is refused after a new password, and does not count as an attempt", async () => {
      const token = await session("g-changed");
      await replace(`cn=g-changed,ou=people,${SUFFIX}`, "userPassword", "another-pw");

      for (let tries = 0; tries < 6; tries++) expect(errorsOf(await renew(token))).toEqual([400, [NOT_BOUND]]);
      expect((await server.login("g-changed", "another-pw")).status).toBe(200);
    });

    it("takes lifetimes as they are now, and refuses other policies", async () => {
      const token = await session("g-stays");
      await server.configure({ token_ttl: "20m" });
      const shorter = authOf(await renew(token))["lease_duration"];
      await said("users/g-stays", { policies: "more" });

      expect(shorter).toBe(1200);
      expect(errorsOf(await renew(token))).toEqual([
        400,
        ["1 error occurred:\n\t* failed to renew entry: policies have changed, not renewing\n\n"],
      ]);
      await server.configure({ token_ttl: 0 });
    });

    it("takes the user out of the external groups that the directory took it out of", async () => {
      const { data } = await server.call("POST", "identity/group", {
        body: { name: "ext", type: "external", policies: ["ext"] },
      });
      const accessor = (await server.call("GET", "sys/auth/ldap")).data["accessor"] ?? "";
      await server.call("POST", "identity/group-alias", {
        body: { name: "g-team", mount_accessor: accessor, canonical_id: data["id"] ?? "" },
      });
      await person("g-member");
      const dn = `cn=g-member,ou=people,${SUFFIX}`;
      const group = `cn=g-team,ou=groups,${SUFFIX}`;
      await slapd.change((client) => client.add(group, { objectClass: "groupOfNames", cn: "g-team", member: dn }));
      const answer = await server.login("g-member", "g-member-pw");
      await replace(group, "member", `cn=alice,ou=people,${SUFFIX}`);

      const renewed = authOf(await renew(tokenOf(answer)));

      expect(authOf(answer)["identity_policies"]).toEqual(["ext"]);
      expect(renewed["identity_policies"]).toBeUndefined();
      await slapd.change((client) => client.del(group));
    });

    it("is not there for a batch token, which has no password in it", async () => {
      await server.configure({ token_type: "batch" });
      const answer = await server.login("g-alice");
      await server.configure({ token_type: "default" });

      expect([authOf(answer)["token_type"], (await renew(tokenOf(answer))).status]).toEqual(["batch", 400]);
    });
  });
});
