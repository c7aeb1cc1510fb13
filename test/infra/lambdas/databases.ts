import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ADMIN, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** Credentials of a real PostgreSQL, made by `dynamic` and ended by `revoke`. */

export const databaseStories = (built: Built): void => {
  const { ask, metricsOf, removals } = built;

  describe("a database's credentials", () => {
    const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
    const post = (path: string, body: unknown) => ask("kv", { event: "post-json", path, body });
    let pg: TestPostgres;
    beforeAll(async () => {
      pg = await startPostgres();
      await ask("system", { event: "post-json", path: "sys/mounts/db", body: { type: "database" } });
      const config = {
        plugin_name: "postgresql-database-plugin",
        connection_url: pg.url,
        ...ADMIN,
        allowed_roles: "*",
      };
      expect((await post("db/config/pg", config)).status).toBe(204);
      const role = { db_name: "pg", creation_statements: CREATE, default_ttl: "1h", max_ttl: "24h" };
      expect((await post("db/roles/app", role)).status).toBe(204);
    });
    afterAll(() => pg.stop());

    const issue = async () => {
      const { body, data } = await ask("kv", { path: "db/creds/app" });
      const { username, password } = data;
      return { username: String(username), password: String(password), lease: String(body["lease_id"]) };
    };

    it("are made by dynamic, which kv hands the request to, and log in", async () => {
      const { username, password } = await issue();

      expect(built.deployment.lambda.invoked.at(-1)?.name).toMatch(/:dynamic$/);
      expect(await pg.logsIn(username, password)).toBe(true);
    });

    it("are gone when their lease is revoked", async () => {
      const { username, lease } = await issue();
      const body = { lease_id: lease };

      expect((await ask("dynamic", { event: "post-json", path: "sys/leases/revoke", body })).status).toBe(204);
      expect(await pg.exists(username)).toBe(false);
    });

    it("are ended by revoke when DynamoDB's TTL removed the lease before the sweeper came, and an alarm hears of it", async () => {
      const { username } = await issue();
      const { result } = await built.deployment.functions.revoke.invoke({ Records: await removals() }, 60_000);

      expect(result).toEqual({ batchItemFailures: [] });
      expect(await pg.exists(username)).toBe(false);
      expect(metricsOf("revoke")).toContain("LeaseRevokedLate");
    });

    it("of a static role change by the clock though nobody reads them (F5)", async () => {
      await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
      const role = { db_name: "pg", username: "fixed", rotation_period: "5s" };
      expect((await post("db/static-roles/svc", role)).status).toBe(204);
      const rotated = async () => (await ask("kv", { path: "db/static-roles/svc" })).data["last_vault_rotation"];
      const first = await rotated();
      const before = built.deployment.denied.length;
      // Its five seconds pass by the wall clock, which built functions read.
      while ((await rotated()) === first) await built.deployment.functions.dynamic.invoke(recorded("schedule"), 60_000);

      const { data } = await ask("kv", { path: "db/static-creds/svc" });
      expect(await pg.logsIn("fixed", String(data["password"]))).toBe(true);
      expect(built.deployment.denied.slice(before)).toEqual([]);
      // Or it would come due again after the database has stopped.
      expect((await post("db/static-roles/svc", { ...role, rotation_period: "24h" })).status).toBe(204);
    });

    it("give way to a secret when another engine is mounted in their place, though kv has not heard of it", async () => {
      await ask("system", { event: "post-json", path: "sys/mounts/moved", body: { type: "database" } });
      expect((await ask("kv", { path: "moved/roles/nobody" })).status).toBe(404);
      await ask("system", { method: "DELETE", path: "sys/mounts/moved" });
      await ask("system", { event: "post-json", path: "sys/mounts/moved", body: { type: "kv" } });

      expect((await ask("kv", { event: "post-json", path: "moved/a", body: { b: "c" } })).status).toBe(204);
      expect((await ask("kv", { path: "moved/a" })).data).toEqual({ b: "c" });
    });
  });
};
