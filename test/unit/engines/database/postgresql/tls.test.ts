import { createServer, type Server } from "node:net";
import { TLSSocket } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { DatabaseFailure } from "../../../../../src/engines/database/failure.ts";
import { postgresqlConnector } from "../../../../../src/engines/database/postgresql/connector.ts";
import { createDial, createGuard, NEARBY } from "../../../../../src/outgoing/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { type Certificate, makeCertificate } from "../support/certificate.ts";

const FUTURE = new Date(Date.UTC(2099, 0, 1));

/** What PostgreSQL says to a wrong password: whoever reads it got through. */
const REFUSAL = Buffer.from("E\0\0\0\x1eSFATAL\0VFATAL\0C28P01\0Mno\0\0", "latin1");

/** A server that says yes to TLS, shows a certificate, and refuses every login. */
const serve = async (certificate: Certificate, yes = "S"): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(yes);
      const secured = new TLSSocket(socket, { isServer: true, ...certificate });
      secured.on("error", () => undefined).once("data", () => secured.end(REFUSAL));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

/** A server without TLS that refuses every login. */
const servePlain = async (): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (first) => {
      if (first.length !== 8) socket.end(REFUSAL);
      else socket.write("N", () => socket.once("data", () => socket.end(REFUSAL)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

const guard = createGuard(NEARBY, async () => ["127.0.0.1"]);

/** Every name is this machine here, so that a host elsewhere can be played. */
const connector = postgresqlConnector({
  clock: systemClock,
  random: systemRandom,
  dial: createDial(guard),
  guard,
});

const attempt = async (
  server: Server,
  details: Readonly<Record<string, string>>,
  query = "",
  host = "127.0.0.1",
): Promise<{ readonly said: string; readonly reason: string | undefined }> => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const database = await connector.open({
    connection_url: `postgresql://u:canary@${host}:${port}/x?connect_timeout=2${query}`,
    ...details,
  });
  const failure: unknown = await database.ping().then(
    () => undefined,
    (error: unknown) => error,
  );
  await database.close();
  server.close();
  if (!(failure instanceof DatabaseFailure)) throw new Error("it did not fail as a database does");
  return { said: failure.message, reason: failure.reason?.replace("no connection to the database: ", "") };
};

const REACHED = /^password authentication failed/;
const ours = makeCertificate("127.0.0.1", FUTURE);
const named = makeCertificate("db.example.com", FUTURE);
const AWAY = "db.example.com";

describe("a server over TLS", () => {
  it("is talked to when its certificate descends from tls_ca and is for its address", async () => {
    expect((await attempt(await serve(ours), { tls_ca: ours.cert }, "&sslmode=verify-full")).said).toMatch(REACHED);
  });

  it.each(["", "&sslmode=verify-ca", "&sslmode=verify-full"])(
    "elsewhere whose certificate nobody vouches for is refused (%p)",
    async (query) => {
      const { said, reason } = await attempt(await serve(named), {}, query, AWAY);

      expect([said.slice(0, 30), reason]).toEqual([
        "no connection to the database:",
        "the server's certificate is not trusted",
      ]);
    },
  );

  it.each(["&sslmode=allow", "&sslmode=prefer", "&sslmode=require"])(
    "is encrypted, and its certificate looked at only when tls_ca is given (%p)",
    async (query) => {
      const other = makeCertificate("other.example.com", FUTURE);

      expect((await attempt(await serve(named), {}, query, AWAY)).said).toMatch(REACHED);
      expect((await attempt(await serve(named), { tls_ca: named.cert }, query, AWAY)).said).toMatch(REACHED);
      expect((await attempt(await serve(named), { tls_ca: other.cert }, query, AWAY)).reason).toBe(
        "the server's certificate is not trusted",
      );
    },
  );

  it("whose certificate is for another host is refused", async () => {
    const { reason } = await attempt(await serve(ours), { tls_ca: ours.cert }, "&sslmode=verify-full", AWAY);

    expect(reason).toBe("the server's certificate is for another host");
  });

  it.each(["&sslmode=verify-ca", "&sslmode=require"])(
    "whose certificate is for another host is taken where the URL asks for the chain alone (%p)",
    async (query) => {
      expect((await attempt(await serve(ours), { tls_ca: ours.cert }, query, AWAY)).said).toMatch(REACHED);
    },
  );

  it("whose certificate has expired is refused", async () => {
    const old = makeCertificate("127.0.0.1", new Date(Date.UTC(2001, 0, 1)));
    const { reason } = await attempt(await serve(old), { tls_ca: old.cert }, "&sslmode=verify-full");

    expect(reason).toBe("the server's certificate has expired");
  });

  it.each(["SE", "N", "NN", "E"])("that answers %p to the question for it is refused elsewhere", async (answer) => {
    const { reason } = await attempt(await serve(ours, answer), {}, "&sslmode=prefer", AWAY);

    expect(reason).toBe("the server does not speak TLS");
  });
});

describe("a server without TLS", () => {
  it.each(["", "&sslmode=prefer", "&sslmode=allow", "&sslmode=disable"])(
    "on this machine is talked to without (%p)",
    async (query) => {
      expect((await attempt(await servePlain(), {}, query)).said).toMatch(REACHED);
    },
  );

  it("on this machine is refused where tls_ca says what to expect, or the URL says require", async () => {
    const answers = [
      await attempt(await servePlain(), { tls_ca: ours.cert }),
      await attempt(await servePlain(), {}, "&sslmode=require"),
    ];

    expect(answers.map(({ reason }) => reason)).toEqual(Array(2).fill("the server does not speak TLS"));
  });

  it.each(["", "&sslmode=prefer", "&sslmode=allow", "&sslmode=require", "&sslmode=verify-full"])(
    "elsewhere is refused, and the error says which words to add (%p)",
    async (query) => {
      expect((await attempt(await servePlain(), {}, query, AWAY)).said).toContain("add sslmode=disable");
    },
  );

  it("elsewhere is talked to where the URL says so", async () => {
    expect((await attempt(await servePlain(), {}, "&sslmode=disable", AWAY)).said).toMatch(REACHED);
  });
});
