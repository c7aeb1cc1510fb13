import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKiller } from "../../../../support/crash.ts";
import { type EngineServer, makeEngineServer } from "./engine-server.ts";
import type { Target } from "./target.ts";

const WHEN = ["before", "after"] as const;
const each = (steps: readonly string[]) => steps.flatMap((step) => WHEN.map((when) => [when, step] as const));

/**
 * Every step of every flow that changes the database, cut off before and after. What counts is what the database says:
 * users that exist are users of leases that live, and the passwords that are stored log in.
 */
export const crashCases = (start: () => Promise<Target>): void => {
  let target: Target;
  let server: EngineServer;
  const killer = createKiller();
  beforeAll(async () => {
    target = await start();
    server = await makeEngineServer({ crash: killer.crash });
    await server.post("db/config/one", { ...target.config(), allowed_roles: "*" });
    await server.post("db/roles/app", { db_name: "one", ...target.role, default_ttl: "60s", max_ttl: "1h" });
  });
  afterAll(async () => {
    await server.close();
    await target.stop();
  });

  /** Longer than a claim, a pending lease and the life of a live one. */
  const later = async () => {
    for (const seconds of [130, 100, 100]) {
      server.clock.advance(seconds * 1000);
      await server.sweep();
    }
  };

  describe("F35: a process that dies while it makes credentials", () => {
    it.each(each(["database.creds.pend", "lease.pend", "database.creds.create", "lease.confirm"]))(
      "%s %s leaves no user and no lease behind once the sweeper ran",
      async (when, step) => {
        killer.kill(step, when);
        const { status } = await server.call("GET", "db/creds/app");
        await later();
        const leases = await server.call("LIST", "sys/leases/lookup/db/creds/app");

        expect([status, await target.leased(), leases.status]).toEqual([500, [], 404]);
      },
    );
  });

  describe("F36: a process that dies while it revokes", () => {
    it.each(each(["lease.revoke.claim", "lease.revoke.backend", "database.creds.revoke", "lease.revoke.remove"]))(
      "%s %s is followed by one that finishes the work",
      async (when, step) => {
        const { lease } = await server.creds("app");
        killer.kill(step, when);
        await server.revoke(lease);
        await later();
        const found = await server.call("LIST", "sys/leases/lookup/db/creds/app");

        expect([await target.leased(), found.status]).toEqual([[], 404]);
      },
    );
  });

  describe("F41: a process that dies while it rotates the root password", () => {
    it.each(each(["database.root.intend", "database.root.change", "database.root.save"]))(
      "%s %s never locks the engine out",
      async (when, step) => {
        await target.makeUser("rooted", "start");
        await server.post("db/config/one", { username: "rooted", password: "start" });
        killer.kill(step, when);
        const { status } = await server.call("POST", "db/rotate-root/one");
        const { username, password, lease } = await server.creds("app");
        const works = await target.logsIn(username, password);
        await server.post("db/rotate-root/one");
        await server.revoke(lease);

        expect([status, works, await target.leased(), await target.logsIn("rooted", "start")]).toEqual([
          500,
          true,
          [],
          false,
        ]);
      },
    );
  });

  describe("a process that dies while it rotates a static role", () => {
    it.each(each(["database.static.intend", "database.static.change", "database.static.save"]))(
      "%s %s is followed by one that ends with the stored password in force",
      async (when, step) => {
        await target.makeUser("fixed", "start");
        await server.post("db/static-roles/svc", { db_name: "one", username: "fixed", rotation_period: "1h" });
        killer.kill(step, when);
        await server.call("POST", "db/rotate-role/svc");
        const { data } = await server.call("GET", "db/static-creds/svc");

        expect(await target.logsIn("fixed", String(data["password"]))).toBe(true);
      },
    );
  });

  it("static roles are rotated when somebody asks for a password that is due", async () => {
    await target.makeUser("fixed", "start");
    await server.post("db/static-roles/svc", { db_name: "one", username: "fixed", rotation_schedule: "0 * * * *" });
    const first = await server.call("GET", "db/static-creds/svc");
    server.clock.advance(3_600_000);
    const second = await server.call("GET", "db/static-creds/svc");

    expect(second.data["password"]).not.toBe(first.data["password"]);
    expect(await target.logsIn("fixed", String(second.data["password"]))).toBe(true);
  });
};
