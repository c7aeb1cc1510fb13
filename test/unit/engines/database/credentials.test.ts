import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import postgres from "postgres";
import { isJsonObject } from "../../../../src/std/json.ts";
import { ADMIN, startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { CREATE, type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";

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

const revoke = (lease: string) => server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });

describe("credentials", () => {
  it("log in while the lease lives and are gone with it", async () => {
    const { username, password, lease } = await server.creds("app");
    const before = await pg.logsIn(username, password);
    await revoke(lease);

    expect([before, await pg.exists(username)]).toEqual([true, false]);
  });

  it("end by the sweeper when their time is over", async () => {
    const { username } = await server.creds("app");
    server.clock.advance(700_000);
    await server.sweep();

    expect(await pg.exists(username)).toBe(false);
  });

  it("never take the name of a user that exists, and never touch that user", async () => {
    await pg.query("CREATE ROLE taken LOGIN PASSWORD 'x'");
    await server.post("db/config/fixed", {
      plugin_name: "postgresql-database-plugin",
      connection_url: pg.url,
      ...ADMIN,
      allowed_roles: "*",
      username_template: "taken",
    });
    await server.post("db/roles/fixed", { db_name: "fixed", creation_statements: CREATE });
    const { status } = await server.call("GET", "db/creds/fixed");
    server.clock.advance(600_000);
    await server.sweep();

    expect([status, await pg.exists("taken")]).toEqual([400, true]);
  });

  it("asked for together under one name make one user, and the losers' clean-up leaves it alone", async () => {
    await server.post("db/config/pair", {
      plugin_name: "postgresql-database-plugin",
      connection_url: pg.url,
      ...ADMIN,
      allowed_roles: "*",
      username_template: "the-same",
    });
    await server.post("db/roles/pair", { db_name: "pair", creation_statements: CREATE, default_ttl: "24h" });
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.call("GET", "db/creds/pair")));
    server.clock.advance(600_000);
    await server.sweep();

    expect([answers.filter(({ status }) => status === 200).length, await pg.exists("the-same")]).toEqual([1, true]);
  });

  it("F43: for many callers at once are made within the limits of the pool, or refused with 503", async () => {
    await server.post("db/config/few", {
      plugin_name: "postgresql-database-plugin",
      connection_url: `${pg.url}&application_name=few`,
      ...ADMIN,
      allowed_roles: "*",
      max_open_connections: 2,
    });
    await server.post("db/roles/few", { db_name: "few", creation_statements: CREATE });
    const answers = await Promise.all(Array.from({ length: 80 }, () => server.call("GET", "db/creds/few")));
    const [{ count } = { count: 0 }] = await pg.query(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'few'",
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(Number(count)).toBeLessThanOrEqual(2);
  });
});

describe("revocation", () => {
  const NAMES = ['a"; DROP ROLE vaultadmin; --', "a'b", "a\\b", "ünï çode", "select", "x".repeat(63)];

  it.each(NAMES)("takes away rights on a schema and table named %p, and nothing else", async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await pg.query(`CREATE SCHEMA ${quoted}`);
    await pg.query(`CREATE TABLE ${quoted}.${quoted} (a int)`);
    const { username, lease } = await server.creds("app");
    await pg.query(`GRANT ALL ON SCHEMA ${quoted} TO "${username}"`);
    await pg.query(`GRANT SELECT (a) ON ${quoted}.${quoted} TO "${username}"`);
    const { status } = await revoke(lease);

    expect([status, await pg.exists(username), await pg.exists(ADMIN.username)]).toEqual([204, false, true]);
  });

  it("ends the sessions of the user", async () => {
    const { username, password, lease } = await server.creds("app");
    const { host, port } = pg;
    const session = postgres({
      host,
      port,
      database: "postgres",
      username,
      password,
      max: 1,
      onnotice: () => undefined,
    });
    await session`SELECT 1`;
    await revoke(lease);
    const [row] = await pg.query("SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = $1", [username]);
    await session.end({ timeout: 1 });

    expect(row?.["count"]).toBe(0);
  });

  it("of a user that owns something fails, is kept, and has locked the user out", async () => {
    const { username, password, lease } = await server.creds("app");
    await pg.query(`CREATE TABLE owned (a int)`);
    await pg.query(`ALTER TABLE owned OWNER TO "${username}"`);
    const { status, text } = await revoke(lease);
    const locked = !(await pg.logsIn(username, password));
    await pg.query("DROP TABLE owned");

    expect([status, locked, text.includes("other objects depend on the role")]).toEqual([400, true, true]);
  });

  it("F39: by statements that leave the user able to log in is a failure", async () => {
    const body = { db_name: "pg", creation_statements: CREATE, revocation_statements: "SELECT 1" };
    await server.post("db/roles/lax", body);
    const { lease } = await server.creds("lax");
    const { status, text } = await revoke(lease);

    expect([status, text.includes("the user still exists and can log in")]).toEqual([400, true]);
  });

  it("by statements that find the user gone is done", async () => {
    const revocation_statements = 'DROP ROLE "{{name}}"';
    await server.post("db/roles/own", { db_name: "pg", creation_statements: CREATE, revocation_statements });
    const { username, lease } = await server.creds("own");
    await pg.query(`DROP ROLE "${username}"`);

    expect((await revoke(lease)).status).toBe(204);
  });

  it("happens where the user was made, although the role has moved to another connection", async () => {
    await server.post("db/roles/moving", { db_name: "pg", creation_statements: CREATE });
    const { username, lease } = await server.creds("moving");
    await server.post("db/roles/moving", { db_name: "elsewhere" });
    await revoke(lease);

    expect(await pg.exists(username)).toBe(false);
  });
});

describe("what a caller or an operator sends", () => {
  it("cannot inject SQL through the display name of a token", async () => {
    await server.post("db/config/shown", {
      plugin_name: "postgresql-database-plugin",
      connection_url: pg.url,
      ...ADMIN,
      allowed_roles: "*",
      username_template: "{{ .DisplayName }}-{{ random 8 }}",
    });
    await server.post("db/roles/shown", { db_name: "shown", creation_statements: CREATE });
    const hostile = `x" SUPERUSER; DROP ROLE vaultadmin; --'`;
    const made = await server.call("POST", "auth/token/create", {
      body: { display_name: hostile, policies: ["root"] },
    });
    const auth = isJsonObject(made.body["auth"]) ? made.body["auth"] : {};
    const token = String(auth["client_token"]);
    const { status, data } = await server.call("GET", "db/creds/shown", { token });

    expect([status, /^[A-Za-z0-9_.@+-]+$/.test(String(data["username"]))]).toEqual([200, true]);
  });

  it("is put into SQL escaped when a password policy makes quotes", async () => {
    const policy = `length = 20\nrule "charset" { charset = "ab'\\"\\\\;" }`;
    await server.post("sys/policies/password/quotes", { policy });
    await server.post("db/roles/quotes", {
      db_name: "pg",
      creation_statements: CREATE,
      credential_config: { password_policy: "quotes" },
    });
    const { username, password } = await server.creds("quotes");

    expect(await pg.logsIn(username, password)).toBe(true);
  });
});

describe("a failure", () => {
  const CANARY = "canary-pw-0123456789";

  /** Accepts a connection and answers every message with the same bytes, or hangs up. */
  const stub = async (answer: Uint8Array | undefined): Promise<Server> => {
    const listening = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => (answer ? socket.write(answer) : socket.destroy()));
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return listening;
  };

  const attempt = async (url: string) => {
    const body = {
      plugin_name: "postgresql-database-plugin",
      connection_url: url,
      username: "vaultadmin",
      password: CANARY,
    };
    return server.call("POST", "db/config/broken", { body });
  };

  it.each<[string, (port: number) => string, Uint8Array | undefined]>([
    ["a host that does not exist", () => "postgresql://{{username}}:{{password}}@no-such-host.invalid/x", undefined],
    ["a closed port", () => "postgresql://{{username}}:{{password}}@127.0.0.1:1/x", undefined],
    [
      "a server that hangs up",
      (p) => `postgresql://{{username}}:{{password}}@127.0.0.1:${p}/x?connect_timeout=1&sslmode=disable`,
      undefined,
    ],
    [
      "a server that speaks something else",
      (p) => `postgresql://{{username}}:{{password}}@127.0.0.1:${p}/x?connect_timeout=1&sslmode=disable`,
      Buffer.from("HTTP/1.1 400 canary-pw-0123456789\r\n\r\n"),
    ],
    [
      "a server without TLS",
      (p) => `postgresql://{{username}}:{{password}}@127.0.0.1:${p}/x?connect_timeout=1`,
      Buffer.from("N"),
    ],
  ])("of %s is told in our own words", async (_, url, answer) => {
    const listening = await stub(answer);
    const address = listening.address();
    const { status, text } = await attempt(url(typeof address === "object" && address ? address.port : 0));
    listening.close();

    expect([status, text.includes(CANARY)]).toEqual([400, false]);
    expect(text).toContain("error creating database object: error verifying connection: ");
  });

  it("of the login does not name the user's password, nor does the log", async () => {
    const { text } = await attempt(pg.url);
    const lines = [...server.logLines].join("\n");

    expect(text + lines).not.toContain(CANARY);
  });

  it("of a statement does not say what the statement was", async () => {
    const creation_statements = "DO $$ BEGIN RAISE EXCEPTION 'canary %', '{{password}}'; END $$";
    await server.post("db/roles/raising", { db_name: "pg", creation_statements });
    const { text } = await server.call("GET", "db/creds/raising");

    expect(text).toContain("failed to execute query: a block raised an exception (SQLSTATE P0001)");
    expect(text).not.toContain("canary");
  });
});
