import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Redis } from "ioredis";
import { redisConnector } from "../../../../../src/engines/database/redis/connector.ts";
import { NEEDED } from "../../../../../src/engines/database/redis/errors.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import {
  describeRedis,
  REDIS_ADMIN,
  type RedisOptions,
  startRedis,
  type TestRedis,
} from "../../../../support/redis.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";
import { startWire } from "../support/wire.ts";

/** What leases, roles and rotations do in a real Redis. */

const configOf = (redis: TestRedis, more: Readonly<Record<string, unknown>> = {}) => ({
  plugin_name: "redis-database-plugin",
  host: redis.host,
  port: redis.port,
  ...REDIS_ADMIN,
  allowed_roles: "*",
  ...more,
});

interface Both {
  readonly redis: TestRedis;
  readonly server: EngineServer;
  close(): Promise<void>;
}

const start = async (options: RedisOptions = {}, config: Readonly<Record<string, unknown>> = {}): Promise<Both> => {
  const redis = await startRedis(options);
  const server = await makeEngineServer();
  await server.post("db/config/one", configOf(redis, config));
  await server.post("db/roles/app", {
    db_name: "one",
    creation_statements: '["~app:*", "+@read"]',
    default_ttl: "10m",
  });
  return {
    redis,
    server,
    close: async () => {
      await server.close();
      await redis.stop();
    },
  };
};

const as = async (redis: TestRedis, username: string, password: string): Promise<Redis> => {
  const client = new Redis({
    host: redis.host,
    port: redis.port,
    username,
    password,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  client.on("error", () => undefined);
  await client.connect();
  return client;
};

const text = (value: unknown): string => (value instanceof Error ? value.message : String(value));

describeRedis("credentials of a Redis", () => {
  let both: Both;
  beforeAll(async () => {
    both = await start();
  });
  afterAll(() => both.close());

  it("can do what the role says and no more, with one password, while the lease lives", async () => {
    const { redis, server } = both;
    const { username, password, lease } = await server.creds("app");
    const client = await as(redis, username, password);
    const done = [
      await client.get("app:a"),
      text(await client.get("other").catch((error: unknown) => error)),
      text(await client.set("app:a", "b").catch((error: unknown) => error)),
    ];
    const closed = new Promise((resolve) => client.once("close", resolve));
    const { status } = await server.revoke(lease);
    await closed;

    const refused = expect.stringContaining("NOPERM");

    expect(done).toEqual([null, refused, refused]);
    expect([status, await redis.users(), await redis.logsIn(username, password)]).toEqual([
      204,
      [REDIS_ADMIN.username],
      false,
    ]);
  });

  it("of a role without statements read everything, as in Vault", async () => {
    const { redis, server } = both;
    await server.post("db/roles/plain", { db_name: "one" });
    const { username, lease } = await server.creds("plain");
    const user = await redis.call("ACL", "GETUSER", username);
    await server.revoke(lease);

    expect(JSON.stringify(user)).toContain('"~*"');
    expect(JSON.stringify(user)).toContain("+@read");
  });

  it("are renewed while the user exists, and not when it is gone", async () => {
    const { redis, server } = both;
    const { username, lease } = await server.creds("app");
    const renewed = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease } });
    await redis.call("ACL", "DELUSER", username);
    const refused = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease } });
    const revoked = await server.revoke(lease);

    expect([renewed.status, refused.status, revoked.status]).toEqual([200, 400, 204]);
  });

  it("never take the name of a user that exists, and never touch that user", async () => {
    const { redis, server } = both;
    await redis.call("ACL", "SETUSER", "taken", "on", ">x");
    await server.post("db/config/fixed", configOf(redis, { username_template: "taken" }));
    await server.post("db/roles/fixed", { db_name: "fixed" });
    const { status } = await server.call("GET", "db/creds/fixed");
    server.clock.advance(600_000);
    await server.sweep();

    expect([status, await redis.logsIn("taken", "x")]).toEqual([400, true]);
    await redis.call("ACL", "DELUSER", "taken");
  });

  it("asked for together under one name make one user, and the losers' clean-up leaves it alone", async () => {
    const { redis, server } = both;
    await server.post("db/config/pair", configOf(redis, { username_template: "the-same" }));
    await server.post("db/roles/pair", { db_name: "pair", default_ttl: "24h" });
    const answers = await Promise.all([1, 2, 3, 4].map(() => server.call("GET", "db/creds/pair")));
    server.clock.advance(600_000);
    await server.sweep();
    const winners = answers.filter(({ status }) => status === 200);

    expect(winners.length).toBe(1);
    expect(await redis.logsIn("the-same", String(winners[0]?.data["password"]))).toBe(true);
    await redis.call("ACL", "DELUSER", "the-same");
  });

  it("of a rule that the server does not know, or that is not allowed, are refused, and nobody is left", async () => {
    const { redis, server } = both;
    const answers: string[] = [];
    for (const rule of ["+nosuchcommand", ">canary", "nopass", "reset"]) {
      await server.post("db/roles/bad", { db_name: "one", creation_statements: JSON.stringify(["~*", rule]) });
      const { status, text: said } = await server.call("GET", "db/creds/bad");
      answers.push(`${status} ${said}`);
    }

    expect(answers).toEqual([
      expect.stringMatching(/^400 .*a rule is not one the server knows/),
      ...[1, 2, 3].map(() => expect.stringMatching(/^400 .*rule 2 of the creation statement is not allowed/)),
    ]);
    expect(answers.join()).not.toContain("canary");
    expect(await redis.users()).toEqual([REDIS_ADMIN.username]);
  });

  it("have exactly their own password, whatever rules get through to the server", async () => {
    const { redis } = both;
    const guard = createGuard(NEARBY);
    const connector = redisConnector({ clock: systemClock, random: systemRandom, dial: createDial(guard), guard });
    const database = await connector.open({ host: redis.host, port: redis.port, ...REDIS_ADMIN });
    const part = fc.constantFrom(
      ..."+@all|-@all|+get|~*|~a|%R~b|&c|allkeys|resetkeys|nocommands|on|off|nopass|>pw|#00|reset|resetpass|clearselectors".split(
        "|",
      ),
    );
    const rule = fc.oneof(
      part,
      fc.array(part, { maxLength: 3 }).map((parts) => `(${parts.join(" ")})`),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 4 }), fc.string({ minLength: 1 }), async (list, password) => {
        const { now } = await database.look("probe");
        const work = { username: "probe", password, expires: now, notAfter: now + 5000 };
        const made = await database.create({ ...work, statements: [JSON.stringify(list)] }).then(
          () => true,
          () => false,
        );
        const user = await redis.call("ACL", "GETUSER", "probe");
        await database.revoke({ username: "probe", statements: [] });

        expect(user !== null).toBe(made);
        if (!Array.isArray(user)) return;
        const [, flags, , passwords] = user;
        expect(flags).toContain("on");
        expect(flags).not.toContain("nopass");
        expect(passwords).toEqual([createHash("sha256").update(password).digest("hex")]);
      }),
    );
    await database.close();
  });

  it("travel as hashes only: no password shows up in the server's slow log", async () => {
    const { redis, server } = both;
    await redis.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
    await redis.call("ACL", "SETUSER", "svc", "on", ">x");
    await server.post("db/static-roles/svc", { db_name: "one", username: "svc", rotation_period: "1h" });
    const { data } = await server.call("GET", "db/static-creds/svc");
    const { password, lease } = await server.creds("app");
    const log = JSON.stringify(await redis.call("SLOWLOG", "GET", "-1"));
    await redis.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    await server.revoke(lease);

    expect(log).toContain("SETUSER");
    expect([log.includes(password), log.includes(String(data["password"]))]).toEqual([false, false]);
    expect(await redis.logsIn("svc", String(data["password"]))).toBe(true);
    await redis.call("ACL", "DELUSER", "svc");
  });

  it("F37: are not made when the transaction comes after the fence fell, by time or by a revocation", async () => {
    const { redis, server } = both;
    const wire = await startWire(redis.port);
    await server.post("db/config/slow", configOf(redis, { port: wire.port }));
    await server.post("db/roles/slow", { db_name: "slow" });
    wire.before = async (piece) => {
      if (!piece.includes("SETUSER")) return;
      const keys = await redis.call("KEYS", "zeroth:user:*");
      // What the server does to the key when its time is over.
      for (const key of Array.isArray(keys) ? keys.map(String) : []) await redis.call("PEXPIREAT", key, "1");
    };
    const { status, text: said } = await server.call("GET", "db/creds/slow");
    await server.call("DELETE", "db/config/slow");
    wire.close();

    expect([status, said.includes("the request was held up for too long")]).toEqual([400, true]);
    expect(await redis.users()).toEqual([REDIS_ADMIN.username]);
  });

  it("static roles need a user that exists", async () => {
    const { status, text: said } = await both.server.call("POST", "db/static-roles/none", {
      body: { db_name: "one", username: "nobody", rotation_period: "1h" },
    });

    expect([status, said.includes("no such user")]).toEqual([400, true]);
    expect(await both.redis.users()).toEqual([REDIS_ADMIN.username]);
  });

  it("reset logs in again, allowed_roles holds, and a wrong password is told", async () => {
    const { redis, server } = both;
    const reset = await server.call("POST", "db/reset/one");
    await server.post("db/config/narrow", configOf(redis, { allowed_roles: "other" }));
    await server.post("db/roles/narrow", { db_name: "narrow" });
    const narrow = await server.call("GET", "db/creds/narrow");
    const wrong = await server.call("POST", "db/config/wrong", { body: configOf(redis, { password: "canary-pw" }) });

    expect([reset.status, narrow.status, wrong.status]).toEqual([204, 403, 400]);
    expect(wrong.text).toContain("error verifying connection: password authentication failed");
    expect([wrong.text, ...server.auditLines].join()).not.toContain("canary-pw");
  });
});

describeRedis("a Redis that writes down its users", () => {
  it.each([
    ["ACLFILE", "aclfile"],
    ["REWRITE", "configuration"],
  ] as const)("%s: comes back with the users that live and the passwords in force", async (persistence_mode, users) => {
    const { redis, server, close } = await start({ users }, { persistence_mode });
    await redis.call("ACL", "SETUSER", "svc", "on", ">x", "~*", "+@all");
    await server.post("db/static-roles/svc", { db_name: "one", username: "svc", rotation_period: "1h" });
    const gone = await server.creds("app");
    const lives = await server.creds("app");
    await server.post("db/rotate-root/one");
    await server.revoke(gone.lease);
    await redis.restart();
    const { data } = await server.call("GET", "db/static-creds/svc");
    const again = await server.call("GET", "db/creds/app");

    expect([
      await redis.logsIn(gone.username, gone.password),
      await redis.logsIn(lives.username, lives.password),
      await redis.logsIn("svc", String(data["password"])),
      await redis.logsIn(REDIS_ADMIN.username, REDIS_ADMIN.password),
      again.status,
    ]).toEqual([false, true, true, false, 200]);
    await close();
  });

  it("a server that cannot: nothing issued is left, and a rotation keeps both passwords", async () => {
    const { redis, server, close } = await start({ users: "configuration" }, { persistence_mode: "ACLFILE" });
    const created = await server.call("GET", "db/creds/app");
    const rotated = await server.call("POST", "db/rotate-root/one");
    await server.post("db/config/one", { persistence_mode: "REWRITE" });
    const works = await server.creds("app");
    await server.revoke(works.lease);
    server.clock.advance(600_000);
    await server.sweep();

    expect([created.status, rotated.status]).toEqual([502, 502]);
    expect(created.text).toContain("the server has no ACL file; see persistence_mode");
    expect(await redis.users()).toEqual([REDIS_ADMIN.username]);
    await close();
  });
});

describeRedis("the connection's own user", () => {
  it("needs the rights that the text names, and no more", async () => {
    const { server, close } = await start({ admin: NEEDED });
    const { lease } = await server.creds("app");
    const rotated = await server.call("POST", "db/rotate-root/one");
    const { status } = await server.revoke(lease);

    expect([rotated.status, status]).toEqual([204, 204]);
    await close();
  });

  it("with fewer is told which are missing when the connection is written", async () => {
    const redis = await startRedis({ admin: "+@admin" });
    const server = await makeEngineServer();
    const { status, text: said } = await server.call("POST", "db/config/one", { body: configOf(redis) });
    await server.close();
    await redis.stop();

    expect([status, said.includes(`permission denied: the connection's user needs ${NEEDED}`)]).toEqual([400, true]);
  });
});
