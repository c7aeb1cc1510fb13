import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PUBLIC } from "../../../../src/outgoing/index.ts";
import { ADMIN, startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { CREATE, type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";
import { listening } from "./support/listening.ts";

/** What the engine connects to, and what it tells whoever named the host. */

let pg: TestPostgres;
let server: DatabaseServer;
let strict: DatabaseServer;
beforeAll(async () => {
  pg = await startPostgres();
  server = await makeDatabaseServer(pg);
  strict = await makeDatabaseServer(pg, { reach: PUBLIC, config: { verify_connection: false } });
});
afterAll(async () => {
  await server.close();
  await strict.close();
  await pg.stop();
});

const configured = (on: DatabaseServer, name: string, url: string, more: Readonly<Record<string, unknown>> = {}) =>
  on.call("POST", `db/config/${name}`, {
    body: {
      plugin_name: "postgresql-database-plugin",
      connection_url: url,
      username: "u",
      password: "canary-pw",
      allowed_roles: "*",
      ...more,
    },
  });

describe("V10 a database host that leads to the server itself", () => {
  const hosts = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "0x7f.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST",
    "",
    "169.254.169.254",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "10.0.0.5",
  ];

  it.each(hosts)("is refused with 400 and no connection, written as %p", async (host) => {
    const { listener, port, dials } = await listening((socket) => socket.destroy());
    const written = await configured(
      strict,
      "evil",
      `postgresql://{{username}}:{{password}}@${host}:${port}/x?sslmode=disable`,
    );
    listener.close();

    expect([written.status, dials()]).toEqual([400, 0]);
    expect(written.text).toContain(
      "the host is not an address that may be dialled from here; a deployment names its private ranges in zeroth:reachable",
    );
  });

  it("is refused when it is used, where it was stored unverified", async () => {
    const answers = [await strict.call("GET", "db/creds/app"), await strict.call("POST", "db/reset/pg")];

    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(answers[0]?.text).toContain("may be dialled");
  });
});

describe("a host without a database", () => {
  const silent = () => undefined;
  const hangsUp = (socket: Socket) => socket.destroy();
  const hangsUpLater = (socket: Socket) => socket.once("data", () => socket.destroy());
  const speaks = (bytes: string) => (socket: Socket) =>
    socket.once("data", () => socket.end(Buffer.from(bytes, "latin1")));
  const kinds = [
    ["silent", silent],
    ["hanging up", hangsUp],
    ["hanging up later", hangsUpLater],
    ["speaking HTTP", speaks("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["without TLS", speaks("N")],
    ["asking for a password and hanging up", speaks("R\0\0\0\x08\0\0\0\x03")],
    ["breaking off within an error", speaks("E\0\0\xff\xff")],
  ] as const;

  it.each(["sslmode=disable", "sslmode=require", "sslmode=verify-full", "a=b"])(
    "is reported with the same text, whatever is there, and dialled once (%s)",
    async (query) => {
      const tried: [string, number, string, number][] = [];
      for (const [kind, answer] of [...kinds, ["closed", silent] as const]) {
        const { listener, port, dials } = await listening(answer);
        const at = kind === "closed" ? 1 : port;
        const url = `postgresql://{{username}}:{{password}}@127.0.0.1:${at}/x?connect_timeout=1&${query}`;
        const { status, text } = await configured(server, "none", url);
        tried.push([kind, status, text, dials()]);
        listener.close();
      }
      const [, status, text] = tried[0] ?? [];

      expect([status, text]).toEqual([400, expect.stringContaining("no connection to the database: check host")]);
      expect(tried).toEqual(tried.map(([kind]) => [kind, status, text, kind === "closed" ? 0 : 1]));
    },
  );

  it("is told in one status too where it was stored unverified", async () => {
    const statuses: number[] = [];
    for (const [, answer] of kinds) {
      const { listener, port } = await listening(answer);
      const url = `postgresql://{{username}}:{{password}}@127.0.0.1:${port}/x?connect_timeout=1&sslmode=disable`;
      await configured(server, "later", url, { verify_connection: false });
      statuses.push((await server.call("POST", "db/reset/later")).status);
      listener.close();
    }

    expect(new Set(statuses)).toEqual(new Set([502]));
  });

  it("is explained in the audit log", async () => {
    await configured(server, "none", "postgresql://{{username}}:{{password}}@127.0.0.1:1/x");

    expect(server.auditLines.join("\n")).toContain("connection refused");
  });
});

describe("a database", () => {
  it("is dialled once for a write of its configuration", async () => {
    const { listener, port, dials } = await listening((socket) => {
      const inner = connect(pg.port, pg.host);
      inner.on("error", () => undefined);
      socket.pipe(inner).pipe(socket);
    });
    const url = `postgresql://{{username}}:{{password}}@127.0.0.1:${port}/postgres?sslmode=disable`;
    const { status } = await configured(server, "counted", url, ADMIN);
    listener.close();

    expect([status, dials()]).toEqual([204, 1]);
  });
});

describe("field cases of PostgreSQL", () => {
  it("the guide's URL without sslmode, one with prefer, and keywords reach a server without TLS on this machine", async () => {
    const plain = pg.url.replace("?sslmode=disable", "");
    const [, host = "", port = ""] = /@([^:]+):(\d+)/.exec(plain) ?? [];
    const written = [
      await configured(server, "plain", plain, ADMIN),
      await configured(server, "prefer", `${plain}?sslmode=prefer`, ADMIN),
      await configured(
        server,
        "keywords",
        `host=${host} port=${port} user={{username}} password={{password}} dbname=postgres`,
        ADMIN,
      ),
    ];

    expect(written.map(({ status }) => status)).toEqual([204, 204, 204]);
  });

  it("a root password full of the characters of a URL logs in, in both forms, and is rotated", async () => {
    const password = "pa@ss/w#rd?{x}%41&=:+ '\\";
    const [, host = "", port = ""] = /@([^:]+):(\d+)/.exec(pg.url) ?? [];
    const urls = [pg.url, `host=${host} port=${port} user={{username}} password={{password}} dbname=postgres`];
    for (const connection_url of urls) {
      await pg.query("DROP ROLE IF EXISTS signs");
      await pg.query(`CREATE ROLE signs SUPERUSER LOGIN PASSWORD '${password.replaceAll("'", "''")}'`);
      const written = await configured(server, "signs", connection_url, { username: "signs", password });
      const shown = await server.call("GET", "db/config/signs");
      const rotated = await server.call("POST", "db/rotate-root/signs");
      await server.post("db/roles/signs", { db_name: "signs", creation_statements: CREATE });
      const works = await server.call("GET", "db/creds/signs");

      expect([written.status, rotated.status, works.status, await pg.logsIn("signs", password)]).toEqual([
        204,
        204,
        200,
        false,
      ]);
      expect(shown.text).not.toContain("pa@ss");
    }
  });

  it("a static role is taken over at once, each rotation makes a new password, and its user stays", async () => {
    await pg.query("CREATE ROLE kept LOGIN PASSWORD 'before'");
    const role = { db_name: "pg", username: "kept", rotation_period: "24h" };
    await server.post("db/static-roles/kept", role);
    const seen = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const { data } = await server.call("GET", "db/static-creds/kept");
      const password = String(data["password"]);
      expect(await pg.logsIn("kept", password)).toBe(true);
      seen.add(password);
      await server.post("db/rotate-role/kept");
    }
    const renamed = await server.call("POST", "db/static-roles/kept", { body: { ...role, username: "other" } });

    expect([seen.size, await pg.logsIn("kept", "before"), renamed.status]).toEqual([3, false, 400]);
  });

  it("require without tls_ca says in the answer that nothing is checked", async () => {
    const { status, body } = await configured(
      server,
      "warned",
      "postgresql://{{username}}:{{password}}@db.example.com/x?sslmode=require",
      { verify_connection: false },
    );

    expect([status, body["warnings"]]).toEqual([200, [expect.stringContaining("sslmode=require without tls_ca")]]);
  });
});
