import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SUFFIX } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { authOf, type DirectoryWorld, startWorld, tokenOf } from "./directory-world.ts";
import { errorsOf, REFUSED } from "./support.ts";

/** What a real directory answers to a login: passwords, groups, aliases. */

let world: DirectoryWorld;
let slapd: DirectoryWorld["slapd"];
let server: DirectoryWorld["server"];
let said: DirectoryWorld["said"];
let renew: DirectoryWorld["renew"];
let person: DirectoryWorld["person"];

describeSlapd("login with a directory", () => {
  beforeAll(async () => {
    world = await startWorld();
    ({ slapd, server, said, renew, person } = world);
  });
  beforeEach(() => world.reset());
  afterAll(() => world.stop());

  describe("an empty password", () => {
    it.each(["", null])("is refused before the directory is asked: %p", async (password) => {
      expect(errorsOf(await server.login("g-alice", password))).toEqual([
        400,
        ["password cannot be of zero length when passwordless binds are being denied"],
      ]);
    });

    it("is refused for a name that nobody has, even where it may be empty", async () => {
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
});
