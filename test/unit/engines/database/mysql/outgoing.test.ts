import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PUBLIC } from "../../../../../src/outgoing/index.ts";
import { startMariadb, type TestMariadb } from "../../../../support/mariadb.ts";
import { describeMariadb } from "../../../../support/mariadb-suite.ts";
import { ADMIN } from "../../../../support/postgres.ts";
import { type EngineServer, makeEngineServer } from "../support/engine-server.ts";
import { listening } from "../support/listening.ts";
import { greeting } from "../support/mysql-server.ts";

/** What the connector for MySQL connects to, and what it tells whoever named the host. */

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

const configured = (on: EngineServer, url: string, more: Readonly<Record<string, unknown>> = {}) =>
  on.call("POST", "db/config/my", {
    body: {
      plugin_name: "mysql-database-plugin",
      connection_url: url,
      username: "u",
      password: "canary-pw",
      allowed_roles: "*",
      ...more,
    },
  });

it.each(["127.0.0.1", "2130706433", "127.1", "[::ffff:127.0.0.1]", "localhost", "", "169.254.169.254", "10.0.0.5"])(
  "V10: a host that leads to the server itself is refused with 400 and no connection, written as %p",
  async (host) => {
    const { listener, port, dials } = await listening((socket) => socket.destroy());
    const { status, text } = await configured(strict, `{{username}}:{{password}}@tcp(${host}:${port})/?tls=false`);
    listener.close();

    expect([status, dials()]).toEqual([400, 0]);
    expect(text).toContain("the host is not an address that may be dialled from here");
  },
);

const GREETING = greeting(false, "mysql_native_password");

describe("a host without a database", () => {
  const says = (bytes: Buffer) => (socket: Socket) => socket.write(bytes);
  const saysAndEnds = (bytes: Buffer) => (socket: Socket) => socket.end(bytes);
  const kinds = [
    ["silent", () => undefined],
    ["hanging up", (socket: Socket) => socket.destroy()],
    ["speaking HTTP", saysAndEnds(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))],
    ["speaking SSH", says(Buffer.from("SSH-2.0-OpenSSH_9.2\r\n"))],
    ["greeting in another protocol version", says(Buffer.from([2, 0, 0, 0, 9, 0]))],
    ["with a greeting that breaks off", saysAndEnds(Buffer.from([60, 0, 0, 0, 10, 56]))],
    ["with an empty greeting", says(Buffer.from([0, 0, 0, 0]))],
    ["greeting and hanging up", saysAndEnds(GREETING)],
    [
      "greeting and speaking nonsense after the login",
      (socket: Socket) => {
        socket.write(GREETING);
        socket.once("data", () => socket.end(Buffer.from([1, 0, 0, 2, 0xfe])));
      },
    ],
  ] as const;

  it("is reported with the same text, whatever is there, and dialled once", async () => {
    const tried: [string, number, string, number][] = [];
    for (const [kind, answer] of [...kinds, ["closed", () => undefined] as const]) {
      const { listener, port, dials } = await listening(answer);
      const at = kind === "closed" ? 1 : port;
      const url = `{{username}}:{{password}}@tcp(127.0.0.1:${at})/?timeout=1s&tls=false`;
      const { status, text } = await configured(server, url);
      tried.push([kind, status, text, dials()]);
      listener.close();
    }
    const [, status, text] = tried[0] ?? [];

    expect([status, text]).toEqual([400, expect.stringContaining("no connection to the database: check host")]);
    expect(tried).toEqual(tried.map(([kind]) => [kind, status, text, kind === "closed" ? 0 : 1]));
  });

  it("is explained in the audit log", async () => {
    await configured(server, "{{username}}:{{password}}@tcp(127.0.0.1:1)/");

    expect(server.auditLines.join("\n")).toContain("connection refused");
  });
});

describeMariadb("MariaDB", () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(() => mariadb.stop());

  it("is dialled once for a write of its configuration", async () => {
    const { listener, port, dials } = await listening((socket) => {
      const inner = connect(mariadb.port, mariadb.host);
      inner.on("error", () => undefined);
      socket.pipe(inner).pipe(socket);
    });
    const { status } = await configured(server, mariadb.url.replace(`:${mariadb.port}`, `:${port}`), ADMIN);
    listener.close();

    expect([status, dials()]).toEqual([204, 1]);
  });

  it("F43: of many requests at once some are told to come again, and no user stays behind", async () => {
    await configured(server, mariadb.url, ADMIN);
    const role = { creation_statements: "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'" };
    await server.post("db/roles/app", { db_name: "my", ...role });
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.call("GET", "db/creds/app")));
    const statuses = new Set(answers.map(({ status }) => status));
    const made = answers.filter(({ status }) => status === 200);
    const [found] = await mariadb.query("SELECT COUNT(*) AS n FROM mysql.user WHERE User LIKE 'v-%'");
    await server.call("PUT", "sys/leases/revoke-prefix/db/creds/app", { body: { sync: true } });
    const [left] = await mariadb.query("SELECT COUNT(*) AS n FROM mysql.user WHERE User LIKE 'v-%'");
    const [sessions] = await mariadb.query(
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE USER = 'vaultadmin'",
    );

    expect([statuses, Number(found?.["n"]), Number(left?.["n"])]).toEqual([new Set([200, 503]), made.length, 0]);
    expect(Number(sessions?.["n"])).toBeLessThanOrEqual(5);
  });
});
