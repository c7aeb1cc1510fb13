import { X509Certificate } from "node:crypto";
import { request as sendPlainly } from "node:http";
import { Agent, request } from "node:https";
import { connect as connectPlainly } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createGatewayHandler,
  fromEvent,
  type HttpRequest,
  type Listener,
  startListener,
} from "../../../src/http/index.ts";
import { type Made, makeAuthority, makeCertificate } from "../../support/certificates.ts";

/** A client's certificate reaches the program from TLS or from the gateway's own context, and from nowhere else. */

const FORGED = [
  "x-forwarded-client-cert",
  "ssl-client-cert",
  "x-ssl-client-cert",
  "x-amzn-mtls-clientcert",
  "client-cert",
];

const seen: HttpRequest[] = [];
const record = async (asked: HttpRequest) => {
  seen.push(asked);
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from("{}\n") };
};
const shown = (): string | undefined => seen.at(-1)?.peerCertificates;
const subjects = (pem = ""): string[] =>
  (pem.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----\n/g) ?? []).map((one) => new X509Certificate(one).subject);

let root: Made;
let middle: Made;
let client: Made;
let server: Made;
let listener: Listener;
beforeAll(async () => {
  root = await makeAuthority("CN=root");
  middle = await makeAuthority("CN=middle", { by: root });
  client = await makeCertificate({ name: "CN=client", by: middle });
  server = await makeCertificate({ name: "CN=server", dns: ["localhost"], purposes: [] });
  listener = await startListener({ handler: record, tls: { cert: server.cert, key: server.key } });
});
afterAll(() => listener.stop(0));

interface Sent {
  readonly status: number;
  readonly socket: TLSSocket;
}
const send = (options: object = {}, port = listener.port): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const sent = request({ port, path: "/v1/a", rejectUnauthorized: false, agent: false, ...options }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, socket: answer.socket as TLSSocket }));
    });
    sent.on("error", reject);
    sent.end();
  });
const identity = () => ({ cert: client.cert, key: client.key });

describe("a TLS connection to the local server", () => {
  it("brings the client's certificate, and its issuers as far as the client sent them", async () => {
    await send(identity());
    expect(shown()).toBe(new X509Certificate(client.cert).toString());

    await send({ cert: client.cert + middle.cert, key: client.key });
    expect(subjects(shown())).toEqual(["CN=client", "CN=middle"]);
  });

  it("is open to a client without a certificate", async () => {
    expect((await send()).status).toBe(200);
    expect(shown()).toBeUndefined();
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "brings it again for each connection with a session of %s",
    async (version) => {
      const sessions: Buffer[] = [];
      const first: TLSSocket = connect({
        port: listener.port,
        rejectUnauthorized: false,
        maxVersion: version,
        cert: client.cert + middle.cert,
        key: client.key,
      });
      first.on("session", (session: Buffer) => sessions.push(session));
      await new Promise((ready) => first.once("secureConnect", ready));
      const session = first.getSession();
      first.destroy();

      const again = await send({
        session: sessions.at(-1) ?? session,
        maxVersion: version,
        cert: client.cert + middle.cert,
        key: client.key,
      });

      expect(again.socket.isSessionReused()).toBe(false);
      expect(subjects(shown())).toEqual(["CN=client", "CN=middle"]);
    },
  );

  it("brings it with every request of one connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ["/v1/a", "/v1/b"]) {
      await send({ ...identity(), agent, path });
      expect(subjects(shown())).toEqual(["CN=client"]);
    }
    agent.destroy();
  });

  it("is not made by a client that lacks the key of its certificate", async () => {
    const other = await makeCertificate({ name: "CN=client", by: middle });
    await expect(send({ cert: client.cert, key: other.key })).rejects.toThrow(/key values mismatch/);
  });

  it("is refused below TLS 1.2", async () => {
    await expect(
      send({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }),
    ).rejects.toThrow();
  });

  it("names the authorities it was given, and takes a certificate of another all the same", async () => {
    const asking = await startListener({
      handler: record,
      tls: { cert: server.cert, key: server.key, clientCa: root.cert },
    });
    const stranger = await makeCertificate({ name: "CN=stranger" });
    await send({ cert: stranger.cert, key: stranger.key }, asking.port);
    expect(subjects(shown())).toEqual(["CN=stranger"]);
    await asking.stop(0);
  });

  it("closes a connection that does not speak TLS", async () => {
    const closed = await new Promise<boolean>((resolve) => {
      const socket = connectPlainly(listener.port, "127.0.0.1", () =>
        socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      );
      socket.on("error", () => undefined);
      socket.resume();
      socket.on("close", () => resolve(true));
    });
    expect(closed).toBe(true);
  });
});

describe("a header is never a certificate", () => {
  const forged = (): Record<string, string> =>
    Object.fromEntries(FORGED.map((name) => [name, encodeURIComponent(client.cert)]));

  it("over TLS without one, and over plain HTTP", async () => {
    await send({ headers: forged() });
    expect(shown()).toBeUndefined();

    const plain = await startListener({ handler: record });
    await new Promise((resolve) => {
      sendPlainly({ port: plain.port, path: "/v1/a", headers: forged() }, (answer) => {
        answer.resume();
        answer.on("end", resolve);
      }).end();
    });
    expect(shown()).toBeUndefined();
    await plain.stop(0);
  });

  it("next to the one of TLS", async () => {
    const other = await makeCertificate({ name: "CN=other" });
    await send({
      ...identity(),
      headers: Object.fromEntries(FORGED.map((name) => [name, encodeURIComponent(other.cert)])),
    });
    expect(subjects(shown())).toEqual(["CN=client"]);
  });
});

describe("an event of the HTTP API", () => {
  const event = (context: object, more: object = {}) => ({
    version: "2.0",
    rawPath: "/v1/a",
    rawQueryString: "",
    headers: {},
    requestContext: { stage: "$default", http: { method: "POST", sourceIp: "198.51.100.7" }, ...context },
    isBase64Encoded: false,
    ...more,
  });
  const authentication = (clientCertPem: unknown) => ({ authentication: { clientCert: { clientCertPem } } });

  it("brings the certificate of its context", () => {
    expect(fromEvent(event(authentication(client.cert)), "http-api").peerCertificates).toBe(client.cert);
  });

  it.each([
    ["no authentication", {}],
    ["authentication null, as without a trust store", { authentication: null }],
    ["no certificate", { authentication: {} }],
    ["an empty one", { authentication: { clientCert: { clientCertPem: "" } } }],
    ["one that is not a text", { authentication: { clientCert: { clientCertPem: { pem: "x" } } } }],
    ["authentication that is a list", { authentication: [{ clientCert: { clientCertPem: "x" } }] }],
  ])("brings none with %s", (_, context) => {
    expect(fromEvent(event(context), "http-api").peerCertificates).toBeUndefined();
  });

  it("brings none from headers, query, body or its own top level", async () => {
    const hostile = event(
      {},
      {
        ...authentication(client.cert),
        headers: Object.fromEntries(FORGED.map((name) => [name, client.cert])),
        rawQueryString: "requestContext.authentication.clientCert.clientCertPem=x",
        body: JSON.stringify({ requestContext: authentication(client.cert) }),
        clientCert: { clientCertPem: client.cert },
      },
    );
    await createGatewayHandler(record, "http-api")(hostile);
    expect(shown()).toBeUndefined();
  });

  it("of a function URL, which asks for none, brings none", () => {
    expect(fromEvent(event(authentication(client.cert)), "function-url").peerCertificates).toBeUndefined();
  });
});
