import { afterEach, describe, expect, it } from "@jest/globals";
import { DatabaseFailure } from "../../../../../src/engines/database/failure.ts";
import { mysqlConnector } from "../../../../../src/engines/database/mysql/connector.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { makeCertificate } from "../support/certificate.ts";
import { type MysqlServer, refusal, startMysql } from "../support/mysql-server.ts";

const FUTURE = new Date(Date.UTC(2099, 0, 1));

/** Every name is this machine here, so that a host elsewhere can be played. */
const guard = createGuard(NEARBY, async () => ["127.0.0.1"]);
const connector = mysqlConnector("mysql-database-plugin", {
  clock: systemClock,
  random: systemRandom,
  guard,
  dial: createDial(guard),
});

let server: MysqlServer | undefined;
const servers: MysqlServer[] = [];
afterEach(() => {
  for (const one of servers.splice(0)) one.close();
});

type Serve = NonNullable<Parameters<typeof startMysql>[0]>;

/** How a login fails: every server here refuses it, if it gets that far. */
const attempt = async (
  serve: Serve,
  details: Readonly<Record<string, string>> = {},
  query = "",
  host = "127.0.0.1",
): Promise<{ readonly said: string; readonly reason: string | undefined }> => {
  server = await startMysql(serve);
  servers.push(server);
  const database = await connector.open({
    connection_url: `u:canary@tcp(${host}:${server.port})/?timeout=2s${query}`,
    ...details,
  });
  const failure: unknown = await database.ping().then(
    () => undefined,
    (error: unknown) => error,
  );
  await database.close();
  if (!(failure instanceof DatabaseFailure)) throw new Error("it did not fail as a database does");
  return { said: failure.message, reason: failure.reason?.replace("no connection to the database: ", "") };
};

const REACHED = /^Error 1045 \(28000\): the login was refused$/;
const THROUGH = /^Error 1064 \(42000\): syntax error$/;
const ours = makeCertificate("127.0.0.1", FUTURE);
const local = makeCertificate("localhost", FUTURE);
const named = makeCertificate("db.example.com", FUTURE);
const AWAY = "db.example.com";

describe("V85: a MySQL server over TLS", () => {
  it("is talked to when its certificate descends from tls_ca and is for its address or name", async () => {
    expect((await attempt({ certificate: ours }, { tls_ca: ours.cert })).said).toMatch(REACHED);
    expect((await attempt({ certificate: ours }, { tls_ca: ours.cert }, "&tls=true")).said).toMatch(REACHED);
    expect((await attempt({ certificate: named }, { tls_ca: named.cert }, "", AWAY)).said).toMatch(REACHED);
  });

  it("is talked to under the name that tls_server_name gives", async () => {
    const details = { tls_ca: named.cert, tls_server_name: AWAY };

    expect((await attempt({ certificate: named }, details)).said).toMatch(REACHED);
    expect((await attempt({ certificate: ours }, { ...details, tls_ca: ours.cert })).reason).toBe(
      "the server's certificate is for another host",
    );
  });

  it.each(["", "&tls=true", "&tls=preferred"])(
    "elsewhere whose certificate nobody vouches for is refused (%p)",
    async (query) => {
      const { said, reason } = await attempt({ certificate: named }, {}, query, AWAY);

      expect([said.slice(0, 30), reason]).toEqual([
        "no connection to the database:",
        "the server's certificate is not trusted",
      ]);
    },
  );

  it.each([
    ["a name", ours, AWAY],
    ["an address, by one for this machine's name", local, "127.0.0.1"],
    ["an address, by one for a name", named, "127.0.0.1"],
  ])("whose certificate is for another host than %s is refused", async (_, certificate, host) => {
    const { reason } = await attempt({ certificate }, { tls_ca: certificate.cert }, "", host);

    expect(reason).toBe("the server's certificate is for another host");
  });

  it("whose certificate has expired is refused", async () => {
    const old = makeCertificate("127.0.0.1", new Date(Date.UTC(2001, 0, 1)));

    expect((await attempt({ certificate: old }, { tls_ca: old.cert })).reason).toBe(
      "the server's certificate has expired",
    );
  });

  it.each([
    ["&tls=skip-verify", {}],
    ["", { tls_skip_verify: "true" }],
  ])("is encrypted without a check where that is asked for (%p, %p)", async (query, details) => {
    expect((await attempt({ certificate: named }, details, query, "other.example.com")).said).toMatch(REACHED);
    const { warnings } = connector.settings({ connection_url: `u:p@tcp(${AWAY}:1)/?${query}`, ...details });
    expect(warnings.join()).toContain("nothing checks which server answers");
  });

  it("that says something behind its greeting is refused: it would be taken for encrypted", async () => {
    const { reason } = await attempt({ certificate: ours, slippedIn: refusal(1) }, { tls_ca: ours.cert });

    expect(reason).toBe("the server speaks out of turn");
  });
});

describe("a MySQL server without TLS", () => {
  it.each(["", "&tls=preferred", "&tls=false"])("on this machine is talked to without (%p)", async (query) => {
    expect((await attempt({}, {}, query)).said).toMatch(REACHED);
  });

  it.each([
    ["", { tls_ca: ours.cert }],
    ["&tls=true", {}],
    ["&tls=skip-verify", {}],
  ])("on this machine is refused where TLS is asked for (%p)", async (query, details) => {
    expect((await attempt({}, details, query)).reason).toBe("the server does not speak TLS");
  });

  it.each(["", "&tls=preferred", "&tls=true", "&tls=skip-verify"])(
    "elsewhere is refused, and the error says which words to add (%p)",
    async (query) => {
      expect((await attempt({}, {}, query, AWAY)).said).toContain("add tls=false");
    },
  );

  it("elsewhere is talked to where the URL says so", async () => {
    expect((await attempt({}, {}, "&tls=false", AWAY)).said).toMatch(REACHED);
  });
});

describe("a MySQL server that asks for", () => {
  const password = "canary";

  it("caching_sha2_password and remembers the password gets a proof of it", async () => {
    const { said } = await attempt({ method: "caching_sha2_password", password, remembers: true });

    expect([said, server?.passwords]).toEqual([expect.stringMatching(THROUGH), []]);
  });

  it("caching_sha2_password as a whole gets it inside TLS", async () => {
    const serve = { method: "caching_sha2_password", password, certificate: ours } as const;
    const { said } = await attempt(serve, { tls_ca: ours.cert });

    expect([said, server?.passwords]).toEqual([
      expect.stringMatching(THROUGH),
      [{ user: "u", password, encrypted: true }],
    ]);
  });

  it("caching_sha2_password as a whole gets it encrypted by its key where there is no TLS", async () => {
    const { said } = await attempt({ method: "caching_sha2_password", password });

    expect([said, server?.passwords]).toEqual([
      expect.stringMatching(THROUGH),
      [{ user: "u", password, encrypted: false }],
    ]);
  });

  it("caching_sha2_password and knows another password refuses", async () => {
    expect((await attempt({ method: "caching_sha2_password", password: "other" })).said).toMatch(REACHED);
  });

  it("the password in the clear does not get it, with and without TLS", async () => {
    const answers = [
      await attempt({ method: "mysql_clear_password" }),
      await attempt({ method: "mysql_clear_password", certificate: ours }, { tls_ca: ours.cert }),
    ];

    expect(answers.map(({ reason }) => reason)).toEqual(Array(2).fill("the server asks for the password in the clear"));
    expect(server?.passwords).toEqual([]);
  });

  it("the password in the clear gets it where that is allowed, which takes checked TLS", async () => {
    const allowed = "&allowCleartextPasswords=true";
    const serve = { method: "mysql_clear_password", certificate: ours } as const;

    expect((await attempt(serve, { tls_ca: ours.cert }, allowed)).said).toMatch(REACHED);
    expect(server?.passwords).toEqual([{ user: "u", password, encrypted: true }]);
    for (const tls of ["", "&tls=false", "&tls=preferred", "&tls=skip-verify"])
      expect(() => connector.settings({ connection_url: `u:p@tcp(127.0.0.1:1)/?${tls}${allowed}` })).toThrow(
        "allowCleartextPasswords needs TLS",
      );
  });

  it("a way to log in that nobody here knows is told so", async () => {
    expect((await attempt({ method: "client_ed25519" })).reason).toBe(
      "the server asks for a way to log in that is not supported",
    );
  });
});
