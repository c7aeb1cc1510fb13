import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { MONGO_ADMIN, startMongo, type TestMongo } from "../../../../support/mongodb.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";

/** What leases, roles and rotations do, over MongoDB's protocol. `test/support/mongodb.ts` says what answers. */

let mongo: TestMongo;
let server: EngineServer;
beforeAll(async () => {
  mongo = await startMongo();
  server = await makeEngineServer();
  await configure("one");
  await role("app", '{"db": "app", "roles": ["readWrite", {"role": "read", "db": "other"}]}');
});
afterAll(async () => {
  await server.close();
  await mongo.stop();
});
beforeEach(() => {
  mongo.before = async () => undefined;
  mongo.commands.length = 0;
  mongo.skew = 0;
});

const configOf = (more: Readonly<Record<string, unknown>> = {}) => ({
  plugin_name: "mongodb-database-plugin",
  connection_url: mongo.url,
  ...MONGO_ADMIN,
  allowed_roles: "*",
  ...more,
});
const configure = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  server.post(`db/config/${name}`, configOf(more));
const role = (name: string, creation_statements: string, more: Readonly<Record<string, unknown>> = {}) =>
  server.post(`db/roles/${name}`, { db_name: "one", creation_statements, default_ttl: "10m", ...more });

const names = (): readonly string[] => [...mongo.users.keys()].filter((name) => !name.endsWith("vaultadmin"));
const sent = (): readonly string[] => mongo.commands.map(({ command }) => Object.keys(command)[0] ?? "");

describe("credentials of a MongoDB", () => {
  it("are made with the role's roles in its database, and are gone with the lease", async () => {
    const { username, password, lease } = await server.creds("app");
    const user = mongo.users.get(`app.${username}`);
    const before = await mongo.logsIn(username, password, "app");
    const { status } = await server.revoke(lease);

    expect(user?.roles).toEqual(["readWrite", { role: "read", db: "other" }]);
    expect([before, status, names()]).toEqual([true, 204, []]);
  });

  it("get their roles before their password, so that nobody logs in to half a user", async () => {
    const { password, lease } = await server.creds("app");
    const made = mongo.commands.filter(({ command }) => !("usersInfo" in command));
    await server.revoke(lease);

    expect(made.map(({ command }) => Object.keys(command)[0])).toEqual([
      "createUser",
      "grantRolesToUser",
      "updateUser",
    ]);
    expect(made[0]?.command).toMatchObject({ roles: [], writeConcern: { w: "majority" } });
    expect(made.map(({ command }) => command["pwd"] === password)).toEqual([false, false, true]);
  });

  it("are renewed, and revoked where the user is gone already", async () => {
    const { username, lease } = await server.creds("app");
    const renewed = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease } });
    mongo.users.delete(`app.${username}`);

    expect([renewed.status, (await server.revoke(lease)).status]).toEqual([200, 204]);
  });

  it("are revoked by a statement of the role's own, and a user that is elsewhere keeps the lease", async () => {
    await role("own", '{"db": "app", "roles": ["read"]}', { revocation_statements: '{"db": "app"}' });
    const right = await server.creds("own");
    const ended = await server.revoke(right.lease);
    await role("own", '{"db": "app", "roles": ["read"]}', { revocation_statements: '{"db": "admin"}' });
    const wrong = await server.creds("own");
    const kept = await server.revoke(wrong.lease);

    expect([ended.status, kept.status, kept.text.includes("the user still exists after it was dropped")]).toEqual([
      204,
      400,
      true,
    ]);
    await role("own", '{"db": "app", "roles": ["read"]}', { revocation_statements: "" });
    expect([(await server.revoke(wrong.lease)).status, names()]).toEqual([204, []]);
  });

  it("F37: are not made by the server's clock too late, and a user made late by half has no roles and is removed", async () => {
    mongo.before = async (_, command) => {
      if ("createUser" in command) mongo.skew = 60_000;
      return undefined;
    };
    const { status, text } = await server.call("GET", "db/creds/app");

    expect([status, text.includes("the request was held up for too long")]).toEqual([400, true]);
    expect(sent().filter((name) => /User$/.test(name))).toEqual(["createUser", "dropUser"]);
    expect(names()).toEqual([]);
  });

  it("F37: are not finished when a revocation came in between", async () => {
    mongo.before = async (db, command) => {
      if ("grantRolesToUser" in command) mongo.users.delete(`${db}.${String(command["grantRolesToUser"])}`);
      return undefined;
    };
    const { status } = await server.call("GET", "db/creds/app");

    expect([status, names()]).toEqual([400, []]);
  });

  it("with a role the server does not know are refused, and nobody is left", async () => {
    await role("bad", '{"db": "app", "roles": ["noSuchRole"]}');
    const { status, text } = await server.call("GET", "db/creds/bad");

    expect([status, text.includes("a role does not exist (code 31)"), names()]).toEqual([400, true, []]);
  });

  it("never take the name of a user that exists, in any database", async () => {
    mongo.add("taken", "x", "elsewhere", []);
    await configure("fixed", { username_template: "taken" });
    await role("fixed", '{"db": "app", "roles": ["read"]}', { db_name: "fixed" });
    const { status } = await server.call("GET", "db/creds/fixed");
    server.clock.advance(600_000);
    await server.sweep();

    expect([status, names()]).toEqual([400, ["elsewhere.taken"]]);
    mongo.users.delete("elsewhere.taken");
  });

  it("asked for together under one name make one user, and the losers' clean-up leaves it alone", async () => {
    await configure("pair", { username_template: "the-same" });
    await role("pair", '{"db": "app", "roles": ["read"]}', { db_name: "pair", default_ttl: "24h" });
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.call("GET", "db/creds/pair")));
    server.clock.advance(600_000);
    await server.sweep();

    expect([answers.filter(({ status }) => status === 200).length, names()]).toEqual([1, ["app.the-same"]]);
    mongo.users.delete("app.the-same");
  });

  it("F39: of a server that says yes and keeps the user stay leased", async () => {
    const { lease } = await server.creds("app");
    mongo.before = async (_, command) => ("dropUser" in command ? { ok: 1 } : undefined);
    const lied = await server.revoke(lease);
    mongo.before = async () => undefined;

    expect([lied.status, (await server.revoke(lease)).status, names()]).toEqual([400, 204, []]);
  });

  it("whose write was not confirmed are ended by the sweeper", async () => {
    mongo.before = async (_, command) =>
      "updateUser" in command ? { ok: 1, writeConcernError: { code: 64, errmsg: "canary" } } : undefined;
    const { status, text } = await server.call("GET", "db/creds/app");
    mongo.before = async () => undefined;
    server.clock.advance(600_000);
    await server.sweep();

    expect([status, text.includes("canary"), names()]).toEqual([502, false, []]);
  });

  it("of an engine whose user sees some databases only, are made only where they can be found again", async () => {
    await configure("part", { connection_url: mongo.url.replace("/admin", "/app?authSource=admin") });
    await role("part", '{"db": "app", "roles": ["read"]}', { db_name: "part" });
    await role("far", '{"db": "far", "roles": ["read"]}', { db_name: "part" });
    mongo.before = async (_, command) => {
      const asked: unknown = command["usersInfo"];
      const all = typeof asked === "object" && asked !== null && "forAllDBs" in asked;
      return all ? { ok: 0, code: 13, codeName: "Unauthorized", errmsg: "canary" } : undefined;
    };
    const { lease } = await server.creds("part");
    const far = await server.call("GET", "db/creds/far");

    expect([(await server.revoke(lease)).status, far.status, names()]).toEqual([204, 400, []]);
    expect(far.text).toContain("name this one in connection_url");
  });
});

describe("passwords", () => {
  it("of the connection's user are rotated where it is kept", async () => {
    mongo.add("rooted", "start", "home");
    const connection_url = mongo.url.replace("/admin", "/app?authSource=home");
    await configure("rooted", { connection_url, username: "rooted", password: "start" });
    await server.post("db/rotate-root/rooted");

    expect([
      await mongo.logsIn("rooted", "start", "home"),
      (await server.call("POST", "db/reset/rooted")).status,
    ]).toEqual([false, 204]);
    mongo.users.delete("home.rooted");
  });

  it("of static roles are rotated in the URL's database, or in the one that a statement names", async () => {
    mongo.add("svc", "x", "app");
    await server.post("db/static-roles/svc", {
      db_name: "one",
      username: "svc",
      rotation_period: "1h",
      rotation_statements: '{"db": "app"}',
    });
    const { data } = await server.call("GET", "db/static-creds/svc");
    const absent = await server.call("POST", "db/static-roles/none", {
      body: { db_name: "one", username: "svc", rotation_period: "1h" },
    });

    expect(await mongo.logsIn("svc", String(data["password"]), "app")).toBe(true);
    expect([absent.status, absent.text.includes("no such user")]).toEqual([400, true]);
    mongo.users.delete("app.svc");
  });

  it("that are wrong are told, and neither they nor the server's words are repeated", async () => {
    const { status, text } = await server.call("POST", "db/config/wrong", {
      body: configOf({ password: "canary-pw" }),
    });

    expect([status, text.includes("authentication failed (code 18)")]).toEqual([400, true]);
    expect([text, ...server.auditLines].join()).not.toMatch(/canary|Authentication failed\./);
  });
});
