import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { mongodbConnector } from "../../../../../src/engines/database/mongodb/connector.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { describeFerretdb, FERRET_ADMIN, startFerretdb, type TestFerretdb } from "../../../../support/ferretdb.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";

/**
 * With a server that is not ours: logins, static roles, the root password and revocations. FerretDB 1 has no roles, so
 * making users is tested in `mongodb.test.ts`; here a user that cannot be made whole must not stay.
 */
describeFerretdb("a FerretDB", () => {
  let ferret: TestFerretdb;
  let server: EngineServer;
  const configOf = () => ({
    plugin_name: "mongodb-database-plugin",
    connection_url: ferret.url,
    ...FERRET_ADMIN,
    allowed_roles: "*",
  });
  beforeAll(async () => {
    ferret = await startFerretdb();
    server = await makeEngineServer();
    await server.post("db/config/one", configOf());
  });
  afterAll(async () => {
    await server.close();
    await ferret.stop();
  });

  it("takes over a static role's user and rotates its password", async () => {
    await ferret.add("svc", "before");
    await server.post("db/static-roles/svc", { db_name: "one", username: "svc", rotation_period: "24h" });
    const first = await server.call("GET", "db/static-creds/svc");
    await server.post("db/rotate-role/svc");
    const second = await server.call("GET", "db/static-creds/svc");
    const logins = ["before", first.data["password"], second.data["password"]].map((password) =>
      ferret.logsIn("svc", String(password)),
    );

    expect(await Promise.all(logins)).toEqual([false, false, true]);
  });

  it("leaves nobody behind when it does not know the command that gives roles", async () => {
    await server.post("db/roles/app", { db_name: "one", creation_statements: '{"roles": ["read"]}' });
    const { status, text } = await server.call("GET", "db/creds/app");

    expect([status, text.includes("the server does not know the command (code 59)")]).toEqual([400, true]);
  });

  it("ends a user, once and again, and says which users exist", async () => {
    await ferret.add("leased", "pw");
    const guard = createGuard(NEARBY);
    const world = { clock: systemClock, random: systemRandom, dial: createDial(guard), guard };
    const database = await mongodbConnector(world).open(configOf());
    const before = await database.look("leased");
    await database.revoke({ username: "leased", statements: [] });
    await database.revoke({ username: "leased", statements: ['{"db": "admin"}'] });
    const after = await database.look("leased");
    await database.close();

    expect([before.exists, after.exists, await ferret.logsIn("leased", "pw")]).toEqual([true, false, false]);
    expect(Math.abs(before.now - Date.now())).toBeLessThan(60_000);
  });

  it("changes the root password, and the old one is refused", async () => {
    await server.post("db/rotate-root/one");
    const reset = await server.call("POST", "db/reset/one");
    const old = await server.call("POST", "db/config/old", { body: configOf() });

    expect([reset.status, old.status, old.text.includes("authentication failed (code 18)")]).toEqual([204, 400, true]);
  });
});
