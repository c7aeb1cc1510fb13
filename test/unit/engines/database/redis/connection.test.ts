import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { redisConnector } from "../../../../../src/engines/database/redis/connector.ts";
import { createDial, createGuard, NEARBY, PUBLIC } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { describeRedis, REDIS_ADMIN, startRedis, type TestRedis } from "../../../../support/redis.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";
import { listening } from "../support/listening.ts";

/** TLS with a real Redis, and what somebody learns who names a host without one. */

const FUTURE = new Date(Date.UTC(2099, 0, 1));
const ours = makeCertificate("redis.example.com", FUTURE);
const other = makeCertificate("redis.example.com", FUTURE);

const guard = createGuard(NEARBY, async () => ["127.0.0.1"]);

/** Every name is this machine here, so that a host elsewhere can be played. */
const connector = redisConnector({
  clock: systemClock,
  random: systemRandom,
  dial: createDial(guard),
  guard,
});

describeRedis("a Redis over TLS", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ certificate: ours });
  });
  afterAll(() => redis.stop());

  const attempt = async (details: Readonly<Record<string, string | number | boolean>>): Promise<unknown> => {
    const database = await connector.open({
      host: "redis.example.com",
      port: redis.tlsPort,
      ...REDIS_ADMIN,
      tls: true,
      ...details,
    });
    const failure: unknown = await database.ping().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    await database.close();
    return failure;
  };

  it("is talked to when its certificate descends from ca_cert and is for its name", async () => {
    expect(await attempt({ ca_cert: ours.cert })).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, string | number | boolean>>, string]>([
    [
      "for another host",
      { host: "other.example.com", ca_cert: ours.cert },
      "the server's certificate is for another host",
    ],
    ["of another authority", { ca_cert: other.cert }, "the server's certificate is not trusted"],
    ["of no public authority", {}, "the server's certificate is not trusted"],
  ])("is refused with a certificate %s, and only the log says why", async (_, details, reason) => {
    expect(await attempt(details)).toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/^no connection to the database: check host/),
      reason: `no connection to the database: ${reason}`,
    });
  });

  it("is talked to without a check where insecure_tls says so", async () => {
    expect(await attempt({ host: "other.example.com", insecure_tls: true })).toBeUndefined();
  });

  it("is not talked to in the clear, nor a server without TLS over TLS", async () => {
    const failures = [await attempt({ tls: false }), await attempt({ port: redis.port })];

    expect(failures).toEqual([
      expect.objectContaining({ kind: "unreachable" }),
      expect.objectContaining({ kind: "unreachable" }),
    ]);
  });
});

let server: EngineServer;
let strict: EngineServer;
beforeAll(async () => {
  server = await makeEngineServer();
  strict = await makeEngineServer({ reach: PUBLIC });
});
afterAll(async () => {
  await server.close();
  await strict.close();
});

const configured = (on: EngineServer, host: string, port: number, more: Readonly<Record<string, unknown>> = {}) =>
  on.call("POST", "db/config/none", {
    body: { plugin_name: "redis-database-plugin", host, port, username: "u", password: "canary-pw", ...more },
  });

it.each(["127.0.0.1", "localhost", "2130706433", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.5"])(
  "V10: the host %s is refused where it may not be dialled, and is not dialled",
  async (host) => {
    const { listener, port, dials } = await listening((socket) => socket.destroy());
    const { status, text } = await configured(strict, host, port);
    listener.close();

    expect([status, dials()]).toEqual([400, 0]);
    expect(text).toContain("the host is not an address that may be dialled from here");
  },
);

it.each([{}, { tls: true }])(
  "a host without a Redis gives one text, whatever is there, and is dialled once (%j)",
  async (more) => {
    const speaks = (bytes: string) => (socket: Socket) => socket.once("data", () => socket.end(bytes));
    const kinds: readonly (readonly [string, (socket: Socket) => void])[] = [
      ["closed", () => undefined],
      ["hanging up", (socket) => socket.destroy()],
      ["hanging up later", (socket) => socket.once("data", () => socket.destroy())],
      ["speaking HTTP", speaks("HTTP/1.1 400 Bad Request\r\n\r\n")],
      ["not serving", speaks("-DENIED canary\r\n")],
      ["loading", speaks("-LOADING canary\r\n")],
    ];
    const tried: [string, number, string, number][] = [];
    for (const [kind, answer] of kinds) {
      const { listener, port, dials } = await listening(answer);
      const { status, text } = await configured(server, "127.0.0.1", kind === "closed" ? 1 : port, more);
      tried.push([kind, status, text, dials()]);
      listener.close();
    }
    const [, status, text] = tried[0] ?? [];

    expect([status, text]).toEqual([400, expect.stringContaining("no connection to the database: check host")]);
    expect(tried).toEqual(tried.map(([kind]) => [kind, status, text, kind === "closed" ? 0 : 1]));
    expect([text, ...server.auditLines].join()).not.toContain("canary");
  },
);
