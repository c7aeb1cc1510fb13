import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKiller } from "../../../support/crash.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";

let pg: TestPostgres;
let server: DatabaseServer;
const killer = createKiller();
beforeAll(async () => {
  pg = await startPostgres();
  server = await makeDatabaseServer(pg, { crash: killer.crash });
  await server.post("db/roles/app", { default_ttl: "60s" });
});
afterAll(async () => {
  await server.close();
  await pg.stop();
});

const WHEN = ["before", "after"] as const;
const each = (steps: readonly string[]) => steps.flatMap((step) => WHEN.map((when) => [when, step] as const));

const users = async (): Promise<number> => (await pg.query("SELECT 1 FROM pg_roles WHERE rolname LIKE 'v-%'")).length;

/** Longer than a claim, a pending lease and the life of a live one. */
const later = async () => {
  for (const seconds of [130, 100, 100]) {
    server.clock.advance(seconds * 1000);
    await server.sweep();
  }
};

describe("a process that dies while it makes credentials", () => {
  it.each(each(["database.creds.pend", "lease.pend", "database.creds.create", "lease.confirm"]))(
    "%s %s leaves no user and no lease behind once the sweeper ran",
    async (when, step) => {
      killer.kill(step, when);
      const { status } = await server.call("GET", "db/creds/app");
      await later();
      const leases = await server.call("LIST", "sys/leases/lookup/db/creds/app");

      expect([status, await users(), leases.status]).toEqual([500, 0, 404]);
    },
  );
});

describe("a process that dies while it revokes", () => {
  it.each(each(["lease.revoke.claim", "lease.revoke.backend", "database.creds.revoke", "lease.revoke.remove"]))(
    "%s %s is followed by one that finishes the work",
    async (when, step) => {
      const { lease } = await server.creds("app");
      killer.kill(step, when);
      await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
      await later();
      const found = await server.call("LIST", "sys/leases/lookup/db/creds/app");

      expect([await users(), found.status]).toEqual([0, 404]);
    },
  );
});

describe("a process that dies while it rotates the root password", () => {
  it.each(each(["database.root.intend", "database.root.change", "database.root.save"]))(
    "%s %s never locks the engine out",
    async (when, step) => {
      await pg.query("DROP ROLE IF EXISTS rooted");
      await pg.query("CREATE ROLE rooted SUPERUSER LOGIN PASSWORD 'start'");
      await server.post("db/config/pg", { username: "rooted", password: "start" });
      killer.kill(step, when);
      const { status } = await server.call("POST", "db/rotate-root/pg");
      const { username, password, lease } = await server.creds("app");
      const works = await pg.logsIn(username, password);
      await server.post("db/rotate-root/pg");
      await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

      expect([status, works, await pg.exists(username), await pg.logsIn("rooted", "start")]).toEqual([
        500,
        true,
        false,
        false,
      ]);
    },
  );
});

describe("a process that dies while it rotates a static role", () => {
  it.each(each(["database.static.intend", "database.static.change", "database.static.save"]))(
    "%s %s is followed by one that ends with the stored password in force",
    async (when, step) => {
      await pg.query("DROP ROLE IF EXISTS fixed");
      await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
      await server.post("db/static-roles/svc", { db_name: "pg", username: "fixed", rotation_period: "1h" });
      killer.kill(step, when);
      await server.call("POST", "db/rotate-role/svc");
      const { data } = await server.call("GET", "db/static-creds/svc");

      expect(await pg.logsIn("fixed", String(data["password"]))).toBe(true);
    },
  );
});

it("static roles are rotated when somebody asks for a password that is due", async () => {
  await pg.query("DROP ROLE IF EXISTS fixed");
  await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
  await server.post("db/static-roles/svc", { db_name: "pg", username: "fixed", rotation_schedule: "0 * * * *" });
  const first = await server.call("GET", "db/static-creds/svc");
  server.clock.advance(3_600_000);
  const second = await server.call("GET", "db/static-creds/svc");

  expect(second.data["password"]).not.toBe(first.data["password"]);
});
