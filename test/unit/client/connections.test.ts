import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecure, type ServerOptions } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type ClientSettings, createClient, SettingsError } from "../../../src/client/index.ts";
import { CLIENT_AUTH, type Made, makeCertificate, SERVER_AUTH } from "../../support/certificates.ts";
import { onLoopback } from "../../support/loopback.ts";

const NO_RETRY = { retries: 0, minWait: 0, maxWait: 0 };
const GET = { method: "GET", path: "sys/health" } as const;

let folder: string;
let ca: Made;
let server: Made;
let named: Made;
let alice: Made;
let bob: Made;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "client-"));
  ca = await makeCertificate({ name: "CN=ca", ca: true });
  server = await makeCertificate({ name: "CN=server", by: ca, ips: ["127.0.0.1"], purposes: [SERVER_AUTH] });
  named = await makeCertificate({ name: "CN=named", by: ca, dns: ["vault.example"], purposes: [SERVER_AUTH] });
  alice = await makeCertificate({ name: "CN=alice", by: ca, purposes: [CLIENT_AUTH] });
  bob = await makeCertificate({ name: "CN=bob", by: ca, purposes: [CLIENT_AUTH] });
  await writeFile(file("ca.pem"), ca.cert);
  await writeFile(file("empty.pem"), "");
  await writeFile(file("alice.pem"), alice.cert);
  await writeFile(file("alice.key"), alice.key);
  await writeFile(file("bob.key"), bob.key);
});
afterAll(() => rm(folder, { recursive: true }));

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const listen = async (made: Server | ReturnType<typeof createSecure>): Promise<number> => {
  const one = await onLoopback(made);
  open.push(one);
  return one.port;
};
const shows: RequestListener = (request, response) => {
  const peer = "getPeerCertificate" in request.socket ? (request.socket as TLSSocket).getPeerCertificate() : undefined;
  response.end(
    JSON.stringify({ data: { peer: peer?.subject?.CN ?? "", url: request.url, host: request.headers.host } }),
  );
};
const secure = (made: Made, options: ServerOptions = {}): Promise<number> =>
  listen(createSecure({ cert: made.cert, key: made.key, ...options }, shows));

const clientOf = (settings: ClientSettings) => {
  const client = createClient({ retry: NO_RETRY, ...settings });
  open.push(client);
  return client;
};
const outcome = async (settings: ClientSettings): Promise<unknown> =>
  clientOf(settings)
    .call(GET)
    .then(
      ({ secret }) => secret?.data,
      (cause: unknown) => cause,
    );

describe("a server's certificate", () => {
  test("is checked against a file, a folder or a text of authorities", async () => {
    const address = `https://127.0.0.1:${await secure(server)}`;
    for (const tls of [{ caCert: file("ca.pem") }, { caPath: folder }, { caBytes: ca.cert }]) {
      expect(await outcome({ address, tls })).toMatchObject({ url: "/v1/sys/health" });
    }
  });

  test("of an unknown authority is refused, whatever the environment of the process says", async () => {
    const address = `https://127.0.0.1:${await secure(server)}`;
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect(await outcome({ address })).toMatchObject({
        reason: "the server's certificate is not trusted",
        passing: false,
      });
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });

  test("for another name is refused, unless that name was expected", async () => {
    const address = `https://127.0.0.1:${await secure(named)}`;
    const tls = { caCert: file("ca.pem") };
    expect(await outcome({ address, tls })).toMatchObject({ reason: "the server's certificate is for another host" });
    expect(await outcome({ address, tls: { ...tls, serverName: "vault.example" } })).toMatchObject({ peer: "" });
    expect(await outcome({ address, tls: { ...tls, serverName: "other.example" } })).toMatchObject({
      reason: "the server's certificate is for another host",
    });
  });

  test("is not looked at where that was asked for", async () => {
    expect(
      await outcome({ address: `https://127.0.0.1:${await secure(named)}`, tls: { skipVerify: true } }),
    ).toMatchObject({
      url: "/v1/sys/health",
    });
  });

  test("is not there where the server speaks plain HTTP", async () => {
    const port = await listen(createServer(shows));
    expect(await outcome({ address: `https://127.0.0.1:${port}` })).toMatchObject({
      reason: "TLS could not be agreed on",
    });
  });
});

describe("the client's own certificate", () => {
  const asking = (): Promise<number> => secure(server, { requestCert: true, ca: ca.cert, rejectUnauthorized: true });
  const tls = () => ({ caCert: file("ca.pem"), clientCert: file("mine.pem"), clientKey: file("mine.key") });
  const put = async (name: string, made: Made): Promise<void> => {
    await writeFile(file(`${name}.new`), made.cert);
    await rename(file(`${name}.new`), file("mine.pem"));
    await writeFile(file("mine.key"), made.key);
  };

  test("is the one in its files when a connection is made", async () => {
    const address = `https://127.0.0.1:${await asking()}`;
    await put("first", alice);
    const client = clientOf({ address, tls: tls(), keepAlive: false });
    expect((await client.call(GET)).secret?.data).toMatchObject({ peer: "alice" });
    await put("second", bob);
    expect((await client.call(GET)).secret?.data).toMatchObject({ peer: "bob" });
  });

  test("is a failed call while its files do not belong together, and no longer", async () => {
    const address = `https://127.0.0.1:${await asking()}`;
    await put("first", alice);
    const client = clientOf({ address, tls: tls(), keepAlive: false });
    await writeFile(file("mine.pem"), bob.cert);
    await expect(client.call(GET)).rejects.toThrow("cannot be used together");
    await put("second", bob);
    expect((await client.call(GET)).secret?.data).toMatchObject({ peer: "bob" });
  });
});

test.each([
  [{ caCert: "nowhere.pem" }, /cannot read the CA file .*: no such file/],
  [{ caCert: "empty.pem" }, /CA file .* holds no certificate/],
  [{ caPath: "nowhere" }, /cannot read the CA folder .*: no such file or folder/],
  [{ caBytes: "text" }, /given as text holds no certificate/],
  [{ clientCert: "alice.pem" }, /both client cert and client key must be provided/],
  [{ clientCert: "alice.pem", clientKey: "bob.key" }, /cannot be used together/],
  [{ clientCert: "alice.pem", clientKey: "nowhere.key" }, /cannot read the client key/],
])("TLS files that cannot be used are told before anything is sent: %j", (names, words) => {
  const tls = Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, name === "caBytes" ? value : file(value)]),
  );
  expect(() => createClient({ address: "https://127.0.0.1:1", tls })).toThrow(SettingsError);
  expect(() => createClient({ address: "https://127.0.0.1:1", tls })).toThrow(words);
});

test("a server behind a socket is reached, and told that it is local", async () => {
  const path = file("vault.sock");
  const made = createServer(shows);
  await new Promise<void>((done) => made.listen(path, done));
  open.push({ close: () => new Promise((done) => made.close(() => done())) });
  expect(await outcome({ address: `unix://${path}` })).toMatchObject({ url: "/v1/sys/health", host: "localhost" });
});

test("an API below a path keeps the path", async () => {
  const port = await listen(createServer(shows));
  expect(await outcome({ address: `http://127.0.0.1:${port}/prod/` })).toMatchObject({ url: "/prod/v1/sys/health" });
});

test.each([
  [true, 1],
  [false, 3],
])("connections are kept: %s", async (keepAlive, count) => {
  const made = createServer(shows);
  let connections = 0;
  made.on("connection", () => {
    connections += 1;
  });
  const client = clientOf({ address: `http://127.0.0.1:${await listen(made)}`, keepAlive });
  for (let at = 0; at < 3; at += 1) await client.with({ namespace: `n${at}` }).call(GET);
  expect(connections).toBe(count);
});

test("a read on a connection that the server has just closed is asked again on another", async () => {
  let served = 0;
  const made = createServer((request, response) => {
    served += 1;
    // The second request meets a connection that is closed without an answer.
    if (served === 2) request.socket.destroy();
    else shows(request, response);
  });
  const client = clientOf({ address: `http://127.0.0.1:${await listen(made)}` });
  await client.call(GET);
  expect((await client.call(GET)).status).toBe(200);
  expect(served).toBe(3);
});

describe("a proxy", () => {
  const proxy = async (status = 200) => {
    const asked: string[] = [];
    const made = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`);
      const url = new URL(request.url ?? "");
      void fetch(url).then(async (answer) => response.end(await answer.text()));
    });
    made.on("connect", (request, socket: Socket) => {
      asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`);
      socket.on("error", () => undefined);
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const [host = "", port = ""] = (request.url ?? "").split(":");
      const there = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(there).pipe(socket);
      });
      there.on("error", () => undefined);
    });
    return { address: `http://user:pa%20ss@127.0.0.1:${await listen(made)}`, asked };
  };
  const basic = `Basic ${Buffer.from("user:pa ss").toString("base64")}`;

  test("is a tunnel to a server with TLS, whose certificate is checked through it", async () => {
    const port = await secure(server);
    const { address, asked } = await proxy();
    const settings = { address: `https://127.0.0.1:${port}`, proxy: address };
    expect(await outcome({ ...settings, tls: { caCert: file("ca.pem") } })).toMatchObject({ url: "/v1/sys/health" });
    expect(await outcome(settings)).toMatchObject({ reason: "the server's certificate is not trusted" });
    expect(asked).toEqual([`CONNECT 127.0.0.1:${port} ${basic}`, `CONNECT 127.0.0.1:${port} ${basic}`]);
  });

  test("is told the whole address of a server without TLS", async () => {
    const port = await listen(createServer(shows));
    const { address, asked } = await proxy();
    expect(await outcome({ address: `http://127.0.0.1:${port}`, proxy: address })).toMatchObject({
      url: "/v1/sys/health",
    });
    expect(asked).toEqual([`GET http://127.0.0.1:${port}/v1/sys/health ${basic}`]);
  });

  test("that refuses or is not there is a failed call", async () => {
    const { address } = await proxy(407);
    const settings = { address: "https://127.0.0.1:1", tls: { skipVerify: true } };
    expect(await outcome({ ...settings, proxy: address })).toMatchObject({
      reason: "the proxy refuses to connect (407)",
    });
    expect(await outcome({ ...settings, proxy: "http://127.0.0.1:1" })).toMatchObject({
      reason: "the proxy cannot be reached",
    });
  });

  test("that says nothing is a failed call, and left when the client is closed", async () => {
    const made = createServer();
    const left = new Promise<void>((resolve) =>
      made.on("connect", (_, socket: Socket) =>
        socket
          .on("error", () => undefined)
          .on("end", () => {
            socket.end();
            resolve();
          }),
      ),
    );
    const proxied = `http://127.0.0.1:${await listen(made)}`;
    const settings = { address: "https://127.0.0.1:1", tls: { skipVerify: true }, proxy: proxied, timeout: 50 };
    const client = clientOf(settings);
    await expect(client.call(GET)).rejects.toThrow("timed out");
    const stop = new AbortController();
    const stopped = client.with({ timeout: 60_000 }).call({ ...GET, signal: stop.signal });
    setImmediate(() => stop.abort(new Error("enough")));
    await expect(stopped).rejects.toThrow("enough");
    client.close();
    await left;
  });

  test.each(["socks5://user:canary@proxy", "http://user%:canary@proxy", "http://user:canary%zz@proxy"])(
    "whose address cannot be used is refused without its password: %s",
    (address) => {
      const proxied = () => createClient({ address: "https://vault.example", proxy: address });
      expect(proxied).toThrow(SettingsError);
      expect(proxied).toThrow("the proxy's address cannot be used");
      expect(proxied).not.toThrow("canary");
    },
  );
});

test("a certificate behind a link is read where the link leads", async () => {
  await symlink(file("ca.pem"), file("link.pem"));
  const address = `https://127.0.0.1:${await secure(server)}`;
  expect(await outcome({ address, tls: { caCert: file("link.pem") } })).toMatchObject({ url: "/v1/sys/health" });
});
