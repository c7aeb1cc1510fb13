import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { sweptSoFar } from "../../core/schedule/support.ts";
import { type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";

/** Static passwords change by the clock, though nobody reads them. */

let pg: TestPostgres;
let server: DatabaseServer;
beforeAll(async () => {
  pg = await startPostgres();
  server = await makeDatabaseServer(pg);
});
afterAll(async () => {
  await server.close();
  await pg.stop();
});
beforeEach(async () => {
  await server.call("DELETE", "db/static-roles/svc");
  await pg.query("DROP ROLE IF EXISTS fixed");
  await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
  await server.post("db/config/pg", { allowed_roles: "*" });
});

const make = (timing: object) => server.post("db/static-roles/svc", { db_name: "pg", username: "fixed", ...timing });
/** Reads what is stored, past the path that would rotate. */
const shown = async () => (await server.call("GET", "db/static-roles/svc")).data;
const rotated = async () => String((await shown())["last_vault_rotation"]);
const tick = () => server.core.schedule.tick(server.clock.now() + 50_000);
const wait = (seconds: number) => server.clock.advance(seconds * 1000);
const pass = async (seconds: number) => {
  wait(seconds);
  await sweptSoFar(server);
};

describe("a static role that nobody reads", () => {
  it("gets another password when its period is over, and not before (F5)", async () => {
    await make({ rotation_period: "10m" });
    const first = (await server.call("GET", "db/static-creds/svc")).data["password"];
    wait(599);
    await tick();
    expect(await pg.logsIn("fixed", String(first))).toBe(true);

    wait(6);
    await tick();

    expect(await pg.logsIn("fixed", String(first))).toBe(false);
    const now = (await server.call("GET", "db/static-creds/svc")).data["password"];
    expect(await pg.logsIn("fixed", String(now))).toBe(true);
  });

  it("gets another at the times of its schedule", async () => {
    await make({ rotation_schedule: "0 * * * *" });
    const before = await rotated();
    const toTheHour = 3600 - (Math.floor(server.clock.now() / 1000) % 3600);
    wait(toTheHour - 1);
    await tick();
    expect(await rotated()).toBe(before);

    wait(6);
    await tick();
    expect(await rotated()).not.toBe(before);
  });

  it("waits for the next time when the window of its schedule was missed", async () => {
    await make({ rotation_schedule: "0 0 * * *", rotation_window: "1h" });
    const before = await rotated();
    const toMidnight = 86_400 - (Math.floor(server.clock.now() / 1000) % 86_400);
    await pass(toMidnight + 3700);
    await tick();
    expect(await rotated()).toBe(before);

    await pass(86_400 - 3700 + 60);
    await tick();
    expect(await rotated()).not.toBe(before);
  });
});

describe("a rotation that fails", () => {
  it("is tried again in its own time, tells why where the role is read, and holds up no other role", async () => {
    await pg.query("DROP ROLE IF EXISTS other");
    await pg.query("CREATE ROLE other LOGIN PASSWORD 'start'");
    await make({ rotation_period: "10m" });
    await server.post("db/static-roles/other", { db_name: "pg", username: "other", rotation_period: "10m" });
    const other = async () => (await server.call("GET", "db/static-roles/other")).data["last_vault_rotation"];
    const before = await other();
    await pg.query("DROP ROLE fixed");
    wait(600);

    expect(await tick()).toMatchObject({ failed: 1 });
    expect(await other()).not.toBe(before);
    const first = await shown();
    expect(first).toMatchObject({ failed_rotations: 1, last_rotation_error: expect.any(String) });
    const mount = (await server.core.schedule.list()).find((row) => row.mount === "db/");
    expect(mount?.error).toContain("static roles not rotated: 1");

    await pg.query("CREATE ROLE fixed LOGIN PASSWORD 'start'");
    wait(61);
    await tick();
    const after = await shown();
    expect(after["failed_rotations"]).toBeUndefined();
    expect(await pg.logsIn("fixed", "start")).toBe(false);
    await server.call("DELETE", "db/static-roles/other");
  });

  it("shows no password in role, schedule or log", async () => {
    await make({ rotation_period: "10m" });
    const { password } = (await server.call("GET", "db/static-creds/svc")).data;
    await pg.query("DROP ROLE fixed");
    wait(600);
    await tick();
    const said = JSON.stringify([await shown(), await server.core.schedule.list(), server.logLines]);

    expect(said).not.toContain(String(password));
    expect(said).not.toContain("adminpw");
  });

  it("stops at the deadline and leaves the rest to the next time", async () => {
    await make({ rotation_period: "10m" });
    const before = await rotated();
    wait(700);
    await server.core.schedule.tick(server.clock.now());
    expect(await rotated()).toBe(before);
  });
});
