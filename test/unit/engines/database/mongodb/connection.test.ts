import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mongodbConnector } from "../../../../../src/engines/database/mongodb/connector.ts";
import type { Names } from "../../../../../src/engines/database/mongodb/discovery.ts";
import { createDial, createGuard, NEARBY, PUBLIC, type Reach } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { MONGO_ADMIN, startMongo, type TestMongo } from "../../../../support/mongodb.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";
import { listening } from "../support/listening.ts";

/** Which hosts are dialled, TLS, and what somebody learns who names a host. */

const FUTURE = new Date(Date.UTC(2099, 0, 1));
const ours = makeCertificate("db.example.com", FUTURE);
const other = makeCertificate("db.example.com", FUTURE);
const NO_NAMES: Names = { srv: async () => [], txt: async () => [] };

/** Every name is this machine here, so that a host elsewhere can be played. */
const attempt = async (
  details: Readonly<Record<string, string>>,
  names: Names = NO_NAMES,
  reach: Reach = NEARBY,
): Promise<unknown> => {
  const guard = createGuard(reach, async () => ["127.0.0.1"]);
  const world = { clock: systemClock, random: systemRandom, dial: createDial(guard), guard };
  const database = await mongodbConnector(world, names).open({ ...MONGO_ADMIN, ...details });
  const failure: unknown = await database.ping().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  await database.close();
  return failure;
};

const url = (host: string, port: number, query = ""): string =>
  `mongodb://{{username}}:{{password}}@${host}:${port}/admin${query}`;

const failing = (reason: string) => ({
  kind: "unreachable",
  message: expect.stringMatching(/^no connection to the database: check hosts/),
  reason: `no connection to the database: ${reason}`,
});

describe("a MongoDB over TLS", () => {
  let mongo: TestMongo;
  beforeAll(async () => {
    mongo = await startMongo({ certificate: ours });
  });
  afterAll(() => mongo.stop());

  it("is talked to when its certificate descends from tls_ca and is for its name", async () => {
    expect(await attempt({ connection_url: url("db.example.com", mongo.port), tls_ca: ours.cert })).toBeUndefined();
  });

  it.each([
    ["for another host", "other.example.com", ours.cert, "the server's certificate is for another host"],
    ["for a name, at an address", "127.0.0.1", ours.cert, "the server's certificate is for another host"],
    ["of another authority", "db.example.com", other.cert, "the server's certificate is not trusted"],
    ["of no public authority", "db.example.com", "", "the server's certificate is not trusted"],
  ])("is refused with a certificate %s", async (_, host, tls_ca, reason) => {
    const connection_url = url(host, mongo.port, "?tls=true");

    expect(await attempt({ connection_url, tls_ca })).toMatchObject(failing(reason));
  });

  it("is talked to without a check where the URL says so, and not in the clear", async () => {
    const lax = url("other.example.com", mongo.port, "?tls=true&tlsInsecure=true");

    expect(await attempt({ connection_url: lax })).toBeUndefined();
    expect(await attempt({ connection_url: url("db.example.com", mongo.port) })).toMatchObject({ kind: "unreachable" });
  });
});

describe("the members of a replica set", () => {
  let first: TestMongo;
  let second: TestMongo;
  beforeAll(async () => {
    [first, second] = await Promise.all([startMongo(), startMongo()]);
  });
  afterAll(() => Promise.all([first.stop(), second.stop()]));

  const secondary = (primary: string) => ({
    isWritablePrimary: false,
    ismaster: false,
    secondary: true,
    setName: "rs",
    hosts: [primary],
    primary,
  });

  it("are asked for the primary, which does the work", async () => {
    first.hello = secondary(`db2.example.com:${second.port}`);
    second.hello = { setName: "rs" };
    second.commands.length = 0;

    expect(await attempt({ connection_url: url("db1.example.com", first.port, "?replicaSet=rs") })).toBeUndefined();
    expect(second.commands.length).toBeGreaterThan(0);
  });

  it("V10: that a server names are dialled only where the guard lets them, by address and by name", async () => {
    for (const named of [`127.0.0.1:${second.port}`, `[::1]:${second.port}`, "169.254.169.254:80", "10.0.0.5:27017"]) {
      first.hello = secondary(named);
      second.commands.length = 0;
      // Names are reachable here, private and local addresses are not.
      const guard = createGuard(PUBLIC, async () => ["127.0.0.1"]);
      const world = {
        clock: systemClock,
        random: systemRandom,
        dial: createDial(guard),
        guard: {
          ...guard,
          check: (host: string) => (host === "db1.example.com" ? undefined : guard.check(host)),
          lookup: createGuard(NEARBY, async () => ["127.0.0.1"]).lookup,
        },
      };
      const connection_url = url("db1.example.com", first.port);
      const database = await mongodbConnector(world, NO_NAMES).open({ ...MONGO_ADMIN, connection_url });
      const failure = await database.ping().catch((cause: unknown) => cause);
      await database.close();

      expect([named, failure, second.commands.length]).toEqual([
        named,
        expect.objectContaining({ kind: "refused" }),
        0,
      ]);
    }
  });

  it("of another set, or without a primary, fail as any connection does", async () => {
    first.hello = { setName: "rs" };
    const wrong = await attempt({ connection_url: url("db1.example.com", first.port, "?replicaSet=other") });
    first.hello = secondary("");
    const none = await attempt({ connection_url: url("db1.example.com", first.port) });
    first.hello = {};

    expect([wrong, none]).toMatchObject([
      failing("the member belongs to another replica set"),
      failing("no member is the primary"),
    ]);
  });

  it("are tried in their order until one answers", async () => {
    second.hello = {};
    const hosts = `db1.example.com:1,db2.example.com:${second.port}`;

    expect(await attempt({ connection_url: `mongodb://{{username}}:{{password}}@${hosts}/admin` })).toBeUndefined();
  });
});

describe("mongodb+srv", () => {
  let mongo: TestMongo;
  beforeAll(async () => {
    mongo = await startMongo();
  });
  afterAll(() => mongo.stop());
  const connection_url = "mongodb+srv://{{username}}:{{password}}@cluster.example.com/?tls=false";
  const names = (member: string, text: readonly string[] = []): Names => ({
    srv: async (name) => (name === "_mongodb._tcp.cluster.example.com" ? [{ name: member, port: mongo.port }] : []),
    txt: async () => (text.length > 0 ? [text] : []),
  });

  it("dials the members that the name service names", async () => {
    expect(await attempt({ connection_url }, names("db1.example.com", ["authSource=", "admin"]))).toBeUndefined();
  });

  it.each([
    [
      "a member elsewhere",
      names("db1.example.org"),
      "a member's name is outside the domain of the name that was asked",
    ],
    ["no member", NO_NAMES, "no such host"],
    [
      "an option of TXT that is unknown",
      names("db1.example.com", ["tls=false"]),
      "the name's TXT record has an option that is not supported",
    ],
  ])("refuses %s", async (_, given, reason) => {
    expect(await attempt({ connection_url }, given)).toMatchObject(failing(reason));
  });

  it("V10: guards the members' addresses", async () => {
    expect(await attempt({ connection_url }, names("db1.example.com"), PUBLIC)).toMatchObject({ kind: "refused" });
  });
});

describe("a host without a MongoDB", () => {
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

  const configured = (on: EngineServer, connection_url: string) =>
    on.call("POST", "db/config/none", {
      body: { plugin_name: "mongodb-database-plugin", connection_url, username: "u", password: "canary-pw" },
    });

  it.each(["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.5"])(
    "V10: %s is refused where it may not be dialled, and is not dialled",
    async (host) => {
      const { listener, port, dials } = await listening((socket) => socket.destroy());
      const { status, text } = await configured(strict, url(host, port));
      listener.close();

      expect([status, dials()]).toEqual([400, 0]);
      expect(text).toContain("the host is not an address that may be dialled from here");
    },
  );

  it.each(["", "&tls=true"])("gives one text, whatever is there, and is dialled once (%p)", async (query) => {
    const speaks = (bytes: string) => (socket: Socket) => socket.once("data", () => socket.end(bytes));
    const kinds: readonly (readonly [string, (socket: Socket) => void])[] = [
      ["closed", () => undefined],
      ["silent", () => undefined],
      ["hanging up", (socket) => socket.destroy()],
      ["hanging up later", (socket) => socket.once("data", () => socket.destroy())],
      ["speaking HTTP", speaks("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ];
    const tried: [string, number, string, number][] = [];
    for (const [kind, answer] of kinds) {
      const { listener, port, dials } = await listening(answer);
      const at = url("127.0.0.1", kind === "closed" ? 1 : port, `?connectTimeoutMS=500${query}`);
      const { status, text } = await configured(server, at);
      tried.push([kind, status, text, dials()]);
      listener.close();
    }
    const [, status, text] = tried[0] ?? [];

    expect([status, text]).toEqual([400, expect.stringContaining("no connection to the database: check hosts")]);
    expect(tried).toEqual(tried.map(([kind]) => [kind, status, text, kind === "closed" ? 0 : 1]));
    expect([text, ...server.auditLines].join()).not.toContain("canary");
  });
});
