import { createServer, type Server } from "node:net";
import { TLSSocket } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { postgresqlConnector } from "../../../../../src/engines/database/postgresql/connector.ts";
import { type Certificate, makeCertificate } from "../support/certificate.ts";

const FUTURE = new Date(Date.UTC(2099, 0, 1));

/** What PostgreSQL says to a wrong password: whoever reads it got through TLS. */
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

const attempt = async (server: Server, details: Readonly<Record<string, string>>, query = ""): Promise<string> => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const database = await postgresqlConnector().open({
    connection_url: `postgresql://u:canary@127.0.0.1:${port}/x?connect_timeout=2${query}`,
    ...details,
  });
  const said = await database.ping().then(
    () => "connected",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
  await database.close();
  server.close();
  return said;
};

const REACHED = /^password authentication failed/;
const ours = makeCertificate("127.0.0.1", FUTURE);

describe("a server over TLS", () => {
  it("is talked to when its certificate descends from tls_ca and is for its address", async () => {
    expect(await attempt(await serve(ours), { tls_ca: ours.cert })).toMatch(REACHED);
  });

  it.each(["", "&sslmode=require", "&sslmode=prefer", "&sslmode=verify-ca", "&sslmode=verify-full"])(
    "whose certificate nobody vouches for is refused (%p)",
    async (query) => {
      expect(await attempt(await serve(ours), {}, query)).toBe("the server's certificate is not trusted");
    },
  );

  it("whose certificate is for another host is refused", async () => {
    const other = makeCertificate("localhost", FUTURE);

    expect(await attempt(await serve(other), { tls_ca: other.cert })).toBe(
      "the server's certificate is for another host",
    );
  });

  it("whose certificate is for another host is taken where the URL asks for the chain alone", async () => {
    const other = makeCertificate("localhost", FUTURE);

    expect(await attempt(await serve(other), { tls_ca: other.cert }, "&sslmode=verify-ca")).toMatch(REACHED);
  });

  it("whose certificate has expired is refused", async () => {
    const old = makeCertificate("127.0.0.1", new Date(Date.UTC(2001, 0, 1)));

    expect(await attempt(await serve(old), { tls_ca: old.cert })).toBe("the server's certificate has expired");
  });

  it("that says more than yes before the encryption is refused", async () => {
    expect(await attempt(await serve(ours, "SE"), { tls_ca: ours.cert })).toMatch(/does not speak TLS/);
  });
});
