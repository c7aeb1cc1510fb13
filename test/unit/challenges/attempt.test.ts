import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createAttempt } from "../../../src/challenges/attempt.ts";
import type { Challenge } from "../../../src/framework/index.ts";
import { NEARBY, PUBLIC, type Reach } from "../../../src/outgoing/index.ts";
import { acmeCertificate } from "../../support/acme-certificate.ts";
import { type DnsServer, startDns } from "../../support/dns.ts";

/** Types of records. */
const [A, AAAA] = [1, 28];
const KEY_AUTHORIZATION = "token-1.thumbprint";
let names: DnsServer;
let http: Server;
let answer: RequestListener;
let requests: string[];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = async <S extends Server>(server: S): Promise<S> => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
};

beforeAll(async () => {
  names = await startDns();
  http = await listening(
    createServer((request, response) => {
      requests.push(`${request.headers.host?.replace(/:\d+$/, "")}${request.url}`);
      answer(request, response);
    }),
  );
});
afterAll(async () => {
  await names.close();
  http.close();
});
beforeEach(() => {
  names.records.clear();
  names.records.set("www.example.com", { a: ["127.0.0.1"] });
  requests = [];
  answer = (_, response) => response.end(KEY_AUTHORIZATION);
});

const challenge = (over: Partial<Challenge> = {}): Challenge => ({
  kind: "http-01",
  identifier: "www.example.com",
  token: "token-1",
  keyAuthorization: KEY_AUTHORIZATION,
  resolver: names.at,
  ...over,
});
const tried = (over: Partial<Challenge> = {}, reach: Reach = NEARBY, https = portOf(http)) =>
  createAttempt(reach, { ports: { http: portOf(http), https } })(challenge(over));
/** Loopback for the name service alone would open it for hosts too, so hosts get another address. */
const refused = { type: "connection", detail: "http-01: the host is not an address that may be dialled from here" };

describe("http-01", () => {
  it("is proved by the file of the token at the name", async () => {
    expect(await tried()).toBeUndefined();
    expect(requests).toEqual(["www.example.com/.well-known/acme-challenge/token-1"]);
  });
  it("may have white space behind it", async () => {
    answer = (_, response) => response.end(`${KEY_AUTHORIZATION}\r\n `);
    expect(await tried()).toBeUndefined();
  });
  it("may be at an address", async () => expect(await tried({ identifier: "127.0.0.1" })).toBeUndefined());
  it.each<[string, RequestListener, string]>([
    ["another key authorization", (_, r) => r.end("token-1.other"), "the answer is another key authorization"],
    ["nothing", (_, r) => r.end(), "the answer is another key authorization"],
    ["a page that is not found", (_, r) => r.writeHead(404).end(KEY_AUTHORIZATION), "the server answered 404"],
    ["a long page", (_, r) => r.end(`${KEY_AUTHORIZATION}${" ".repeat(600)}`), "the answer is too long"],
    ["a page without end", (_, r) => r.end("x".repeat(100_000)), "the answer is too long"],
    ["a redirect to nowhere", (_, r) => r.writeHead(302).end(), "a redirect leads to no address"],
    [
      "a redirect to a file",
      (_, r) => r.writeHead(302, { location: "file:///etc/passwd" }).end(),
      "a redirect leads to neither http nor https",
    ],
    ["a redirect in a circle", (_, r) => r.writeHead(302, { location: "/again" }).end(), "too many redirects"],
    [
      "a redirect with a password",
      (q, r) => r.writeHead(302, { location: `http://a:b@${q.headers.host}/` }).end(),
      "a redirect brings a password",
    ],
    [
      "a redirect of 3,000 letters",
      (_, r) => r.writeHead(302, { location: `/${"a".repeat(3000)}` }).end(),
      "a redirect leads to no address",
    ],
  ])("is not proved by %s", async (_name, listener, detail) => {
    answer = listener;
    expect(await tried()).toEqual({ type: "incorrectResponse", detail: `http-01: ${detail}` });
    expect(requests.length).toBeLessThanOrEqual(11);
  });
  it("follows a redirect to another host", async () => {
    names.records.set("files.example.com", { a: ["127.0.0.1"] });
    answer = ({ headers, url }, response) => {
      if (headers.host?.startsWith("files.")) response.end(KEY_AUTHORIZATION);
      else response.writeHead(301, { location: `http://files.example.com:${portOf(http)}/x${url}` }).end();
    };
    expect(await tried()).toBeUndefined();
    expect(requests).toHaveLength(2);
  });
  it("follows a redirect to HTTPS, whatever certificate is shown there", async () => {
    const shown = await acmeCertificate({ name: "elsewhere.example.com", keyAuthorization: "x" });
    const secured = await listening(createSecureServer(shown, (_, response) => response.end(KEY_AUTHORIZATION)));
    answer = ({ url }, response) =>
      response.writeHead(301, { location: `https://www.example.com:${portOf(secured)}${url}` }).end();
    try {
      expect(await tried({}, NEARBY, portOf(secured))).toBeUndefined();
    } finally {
      secured.close();
    }
  });
  it("V10: follows no redirect to another port, nor to a host that may not be dialled", async () => {
    answer = (_, response) => response.writeHead(302, { location: "http://www.example.com:9001/" }).end();
    expect(await tried()).toEqual(refused);
    for (const host of ["169.254.169.254", "169.254.170.2", "[::ffff:169.254.169.254]", "0.0.0.0", "2852039166"]) {
      answer = (_, response) => response.writeHead(302, { location: `http://${host}:${portOf(http)}/` }).end();
      expect(await tried()).toEqual(refused);
    }
    names.records.set("meta.example.com", { a: ["169.254.169.254"] });
    answer = (_, response) => response.writeHead(302, { location: `http://meta.example.com:${portOf(http)}/` }).end();
    expect(await tried()).toEqual(refused);
  });
  it.each([
    "127.0.0.1",
    "169.254.169.254",
    "::1",
    "10.0.0.7",
    "192.168.1.1",
    "0.0.0.0",
    "127.1",
    "2130706433",
    "0x7f000001",
  ])("V10: dials %s for nobody, unless the operator named it", async (identifier) => {
    const attempt = createAttempt(PUBLIC, { ports: { http: portOf(http), https: portOf(http) } });
    expect(await attempt(challenge({ identifier, resolver: "" }))).toEqual(refused);
    expect(requests).toEqual([]);
  });
  it("V10: dials no name that has one address which is refused", async () => {
    names.records.set("www.example.com", { a: ["127.0.0.1", "169.254.169.254"] });
    expect(await tried()).toEqual(refused);
    expect(requests).toEqual([]);
  });
  it("V10: asks no name service that may not be dialled", async () => {
    const attempt = createAttempt(PUBLIC, { ports: { http: 80, https: 443 } });
    for (const resolver of ["127.0.0.1:53", "169.254.169.253:53", "[::1]:53", "10.0.0.2:53"])
      for (const kind of ["http-01", "dns-01", "tls-alpn-01"] as const)
        expect(await attempt(challenge({ kind, resolver }))).toEqual({
          ...refused,
          detail: refused.detail.replace("http-01", kind),
        });
    expect(names.asked.filter((one) => one.includes("never"))).toEqual([]);
  });
  it("is looked up in the way that is given, where no name service is", async () => {
    const hosts = async (host: string) => (host === "www.example.com" ? ["127.0.0.1"] : []);
    const attempt = createAttempt(NEARBY, { ports: { http: portOf(http), https: portOf(http) }, hosts });
    expect(await attempt(challenge({ resolver: "" }))).toBeUndefined();
    expect(await attempt(challenge({ resolver: "", identifier: "other.example.com" }))).toEqual(refused);
  });
  it("needs addresses of one family only", async () => {
    names.records.set("www.example.com", { a: ["127.0.0.1"], fails: [AAAA] });
    expect(await tried()).toBeUndefined();
    names.records.set("www.example.com", { fails: [A, AAAA] });
    expect(await tried()).toEqual({ type: "connection", detail: "http-01: no connection" });
  });
  it("says that a name is not known", async () =>
    expect(await tried({ identifier: "never.example.com" })).toEqual({ type: "dns", detail: "http-01: no such host" }));
  it("says no more of a closed port than that there is no connection", async () => {
    const closed = await listening(createServer());
    const port = portOf(closed);
    await new Promise((done) => closed.close(done));
    const attempt = createAttempt(NEARBY, { ports: { http: port, https: port } });
    expect(await attempt(challenge())).toEqual({ type: "connection", detail: "http-01: no connection" });
  });
});

describe("dns-01", () => {
  const digest = createHash("sha256").update(KEY_AUTHORIZATION).digest("base64url");
  const dns = (over: Partial<Challenge> = {}) => tried({ kind: "dns-01", ...over });

  it("is proved by one of the records of the name", async () => {
    names.records.set("_acme-challenge.www.example.com", { txt: ["other", digest] });
    expect(await dns()).toBeUndefined();
  });
  it("follows aliases", async () => {
    names.records.set("_acme-challenge.www.example.com", { cname: "a.example.net" });
    names.records.set("a.example.net", { cname: "b.example.net" });
    names.records.set("b.example.net", { txt: [digest] });
    expect(await dns()).toBeUndefined();
  });
  it("follows no circle of aliases", async () => {
    names.records.set("_acme-challenge.www.example.com", { cname: "_acme-challenge.www.example.com" });
    expect(await dns()).toEqual({ type: "incorrectResponse", detail: "dns-01: too many CNAME records in a row" });
  });
  it.each([
    ["the key authorization itself", KEY_AUTHORIZATION],
    ["the digest in another case", digest.toLowerCase()],
    ["the digest with padding", `${digest}=`],
  ])("is not proved by %s", async (_name, text) => {
    names.records.set("_acme-challenge.www.example.com", { txt: [text] });
    expect(await dns()).toMatchObject({ type: "incorrectResponse" });
  });
  it("is not proved where there is no record", async () =>
    expect(await dns()).toEqual({ type: "incorrectResponse", detail: "dns-01: the name has no TXT record" }));
});

describe("tls-alpn-01", () => {
  const over = async (certificate: { key: string; cert: string }, protocols = ["acme-tls/1"]) => {
    const server = await listening(
      createTlsServer({ ...certificate, ALPNProtocols: protocols }, (socket) => socket.end()),
    );
    server.on("tlsClientError", () => undefined);
    try {
      return await tried({ kind: "tls-alpn-01" }, NEARBY, portOf(server));
    } finally {
      server.close();
    }
  };
  const good = { name: "www.example.com", keyAuthorization: KEY_AUTHORIZATION };
  const wrong = (detail: string) => ({ type: "incorrectResponse", detail: `tls-alpn-01: ${detail}` });

  it("is proved by a certificate with the digest", async () =>
    expect(await over(await acmeCertificate(good))).toBeUndefined());
  it("compares names without case", async () =>
    expect(await over(await acmeCertificate({ ...good, name: "WWW.example.com" }))).toBeUndefined());
  it.each([
    ["for another name", { ...good, name: "other.example.com" }, "the certificate is not for the name alone"],
    ["for two names", { ...good, more: ["b.example.com"] }, "the certificate is not for the name alone"],
    [
      "without the extension",
      { ...good, extension: "none" as const },
      "the certificate has no critical extension acmeIdentifier, or several",
    ],
    [
      "whose extension is not critical",
      { ...good, extension: "plain" as const },
      "the certificate has no critical extension acmeIdentifier, or several",
    ],
    [
      "of another key authorization",
      { ...good, keyAuthorization: "token-1.other" },
      "the certificate holds another key authorization",
    ],
  ])("is not proved by a certificate %s", async (_name, options, detail) =>
    expect(await over(await acmeCertificate(options))).toEqual(wrong(detail)),
  );
  it("is not proved by a server of another protocol", async () =>
    expect(await over(await acmeCertificate(good), ["h2"])).toBeDefined());
});
