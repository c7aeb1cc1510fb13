import { createServer } from "node:net";
import { TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { rdsToken } from "../../../../src/engines/database/adapters/rds-token.ts";
import type { Connector, ConnectorWorld } from "../../../../src/engines/database/connector.ts";
import { DatabaseFailure } from "../../../../src/engines/database/failure.ts";
import { mysqlConnector } from "../../../../src/engines/database/mysql/connector.ts";
import { postgresqlConnector } from "../../../../src/engines/database/postgresql/connector.ts";
import type { LoginToken, TokenTarget } from "../../../../src/engines/database/sql/iam.ts";
import { createDial, createGuard, NEARBY, NoConnection } from "../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { makeCertificate } from "./support/certificate.ts";
import { makeEngineServer } from "./support/engine-server.ts";
import { startMysql } from "./support/mysql-server.ts";

/** Logging in to RDS and Aurora with a token of IAM's. No real RDS is here: servers of our own read what they are sent. */

const HOST = "orders.abc123.eu-central-1.rds.amazonaws.com";
const ours = makeCertificate(HOST, new Date(Date.UTC(2099, 0, 1)));
const other = makeCertificate("other.example.com", new Date(Date.UTC(2099, 0, 1)));

/** Every name is this machine here. */
const guard = createGuard(NEARBY, async () => ["127.0.0.1"]);
const world: ConnectorWorld = { clock: systemClock, random: systemRandom, guard, dial: createDial(guard) };

interface Received {
  readonly port: number;
  /** Passwords that were sent, and whether over TLS. */
  readonly passwords: readonly { readonly user: string; readonly password: string; readonly encrypted: boolean }[];
  close(): void;
}

/** PostgreSQL's side: yes to TLS, the password in the clear, a refusal. */
const startPostgresql = async (certificate = ours): Promise<Received> => {
  const passwords: { user: string; password: string; encrypted: boolean }[] = [];
  const refusal = Buffer.from("E\0\0\0\x1eSFATAL\0VFATAL\0C28P01\0Mno\0\0", "latin1");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write("S");
      const secured = new TLSSocket(socket, { isServer: true, ...certificate });
      secured.on("error", () => undefined);
      secured.once("data", (startup) => {
        const user = /user\0([^\0]*)\0/.exec(startup.toString("latin1"))?.[1] ?? "";
        secured.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 3]));
        secured.once("data", (message) => {
          passwords.push({ user, password: message.subarray(5, -1).toString(), encrypted: true });
          secured.end(refusal);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    passwords,
    close: () => server.close(),
  };
};

interface Kind {
  readonly name: string;
  readonly connector: (token: LoginToken) => Connector;
  readonly start: (certificate?: typeof ours) => Promise<Received>;
  readonly url: (port: number, query?: string) => string;
  /** Parts of URLs that ask for less than a checked certificate. */
  readonly lax: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    name: "PostgreSQL",
    connector: (token) => postgresqlConnector(world, token),
    start: startPostgresql,
    url: (port, query = "") => `postgresql://{{username}}@${HOST}:${port}/x?connect_timeout=2${query}`,
    lax: ["&sslmode=disable", "&sslmode=prefer", "&sslmode=require", "&sslmode=verify-ca"],
  },
  {
    name: "MySQL",
    connector: (token) => mysqlConnector("mysql-database-plugin", world, token),
    start: (certificate = ours) => startMysql({ certificate, method: "mysql_clear_password" }),
    url: (port, query = "") => `{{username}}@tcp(${HOST}:${port})/?timeout=2s${query}`,
    lax: ["&tls=false", "&tls=skip-verify"],
  },
];

const started: Received[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.close();
});

const REGION = "eu-central-1";
const details = (url: string) => ({
  connection_url: url,
  username: "vault",
  auth_type: "aws_iam",
  aws_region: REGION,
  tls_ca: ours.cert,
});

const attempt = async (connector: Connector, url: string): Promise<DatabaseFailure> => {
  const database = await connector.open(details(url));
  const failure: unknown = await database.ping().catch((cause: unknown) => cause);
  await database.close();
  if (!(failure instanceof DatabaseFailure)) throw new Error(`it did not fail as a database does: ${failure}`);
  return failure;
};

const numbered = () => {
  const targets: TokenTarget[] = [];
  const token: LoginToken = async (target) => {
    targets.push(target);
    return `token ${targets.length}`;
  };
  return { targets, token };
};

describe.each(KINDS)("$name with auth_type aws_iam", ({ connector, start, url, lax }) => {
  it("sends a token of its own over each connection, for this host, port, user and Region", async () => {
    const { targets, token } = numbered();
    const server = await start();
    started.push(server);
    const made = connector(token);
    for (let turn = 0; turn < 2; turn += 1) expect((await attempt(made, url(server.port))).kind).toBe("login");

    const target = { host: HOST, port: server.port, username: "vault", region: REGION };
    expect(targets).toEqual([target, target]);
    expect(server.passwords).toEqual([
      { user: "vault", password: "token 1", encrypted: true },
      { user: "vault", password: "token 2", encrypted: true },
    ]);
  });

  it("sends no token to a server whose certificate is for another host, or from nobody known", async () => {
    const { token } = numbered();
    const server = await start(other);
    started.push(server);
    const { kind } = await attempt(connector(token), url(server.port));

    expect([kind, server.passwords]).toEqual(["unreachable", []]);
  });

  it.each(lax)("is refused where the certificate would not be checked: %s", (query) => {
    const written = { ...details(url(1, query)), tls_ca: "" };

    expect(() => connector(numbered().token).settings(written)).toThrow(
      "auth_type aws_iam needs TLS with a certificate",
    );
  });

  it.each([
    ["without a Region", { aws_region: "" }, "needs aws_region"],
    ["with a Region that is not one", { aws_region: "eu central" }, "needs aws_region"],
    ["without a user", { username: "" }, "needs a username"],
    ["with a password", { password: "p" }, "and a password exclude each other"],
    ["of another cloud", { auth_type: "gcp_iam" }, "'gcp_iam' is not a valid auth_type"],
  ])("is refused %s", (_, change, text) => {
    expect(() => connector(numbered().token).settings({ ...details(url(1)), ...change })).toThrow(text);
  });

  it("fails with the connection's one text where AWS gives no credentials, and sends nothing", async () => {
    const server = await start();
    started.push(server);
    const none: LoginToken = async () => {
      throw new NoConnection("there are no credentials of AWS to sign a login with");
    };
    const { message, reason } = await attempt(connector(none), url(server.port));

    expect([message.split(":")[0], server.passwords]).toEqual(["no connection to the database", []]);
    expect(reason).toContain("no credentials of AWS");
  });

  it("has no root password to rotate, and shows nothing but what was written", async () => {
    const server = await makeEngineServer();
    const { plugin } = connector(numbered().token);
    await server.post("db/config/iam", { plugin_name: plugin, verify_connection: false, ...details(url(1)) });
    const rotated = await server.call("POST", "db/rotate-root/iam");
    const shown = await server.call("GET", "db/config/iam");
    await server.close();

    expect([rotated.status, rotated.text]).toEqual([400, expect.stringContaining("logs in with IAM")]);
    expect(shown.data["connection_details"]).toEqual(details(url(1)));
  });
});

it("PostgreSQL with several hosts is refused: a token is for one", () => {
  const written = details(`postgresql://{{username}}@${HOST},other.${HOST}/x`);

  expect(() => postgresqlConnector(world).settings(written)).toThrow("needs exactly one host");
});

describe("a token of the SDK's", () => {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };
  const target = { host: HOST, port: 3306, username: "vault", region: REGION };

  it("is a signed request to connect, for fifteen minutes, without its scheme", async () => {
    const text = await rdsToken(credentials)(target);
    const { host, pathname, searchParams } = new URL(`https://${text}`);
    const query = Object.fromEntries(searchParams);

    expect([host, pathname]).toEqual([`${HOST}:3306`, "/"]);
    expect(query).toMatchObject({
      Action: "connect",
      DBUser: "vault",
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Expires": "900",
      "X-Amz-Security-Token": "session",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(query["X-Amz-Credential"]).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/rds-db\/aws4_request$/);
    expect(text).not.toContain("secret");
  });

  it("fails as a connection does where nothing can be signed with", async () => {
    const none = rdsToken(async () => {
      throw new Error("canary");
    });

    await expect(none(target)).rejects.toMatchObject({ name: "NoConnection", message: "no connection" });
  });
});
