import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SUFFIX } from "../../../support/slapd.ts";
import { describeSlapd } from "../../../support/slapd-suite.ts";
import { authOf, type DirectoryWorld, startWorld, tokenOf } from "./directory-world.ts";
import { errorsOf, NOT_BOUND } from "./support.ts";

/** A renewal asks the directory again. */

let world: DirectoryWorld;
let slapd: DirectoryWorld["slapd"];
let server: DirectoryWorld["server"];
let said: DirectoryWorld["said"];
let renew: DirectoryWorld["renew"];
let person: DirectoryWorld["person"];
let replace: DirectoryWorld["replace"];

describeSlapd("with a directory", () => {
  beforeAll(async () => {
    world = await startWorld();
    ({ slapd, server, said, renew, person, replace } = world);
  });
  beforeEach(() => world.reset());
  afterAll(() => world.stop());

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

    it("is refused for a batch token, which holds no password", async () => {
      await server.configure({ token_type: "batch" });
      const answer = await server.login("g-alice");
      await server.configure({ token_type: "default" });

      expect([authOf(answer)["token_type"], (await renew(tokenOf(answer))).status]).toEqual(["batch", 400]);
    });
  });
});
