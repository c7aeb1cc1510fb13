import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createHttpHandler, type Listener, startListener } from "../../../src/http/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { answer } from "./fixtures.ts";

const handler = createHttpHandler({
  random: systemRandom,
  limits: { bodyBytes: 1000 },
  core: {
    admit: async () => undefined,
    handle: async ({ verb, path, data, sourceAddress, token }) =>
      answer({ verb: "read", reply: { data: { verb, path, data, sourceAddress, token: token?.reveal() ?? null } } }),
  },
});

let listener: Listener;
beforeAll(async () => {
  listener = await startListener({
    handler,
    limits: { bodyBytes: 1000 },
    timeouts: { head: 300, request: 600, idle: 2000 },
  });
});
afterAll(async () => listener.stop(100));

/** Sends bytes as they are, piece by piece, and gives everything that came back until the connection closed. */
const talk = (...pieces: readonly (string | Uint8Array)[]): Promise<string> =>
  new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(listener.port, "127.0.0.1", async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((next) => setImmediate(next));
      }
    });
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(received).toString("latin1")));
  });

const head = (method: string, target: string, ...headers: string[]) =>
  [`${method} ${target} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");
const last = "Connection: close";
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => Number(found[1]));
const datas = (text: string) =>
  [...text.matchAll(/"data":(\{.*?\}),"wrap_info"/g)].map((found) => JSON.parse(found[1] ?? "null"));

describe("a method", () => {
  it.each([
    ["LIST", "list", "a/"],
    ["HELP", "help", "a"],
    ["GET", "read", "a"],
    ["DELETE", "delete", "a"],
  ])("%s arrives", async (method, verb, path) =>
    expect(datas(await talk(head(method, "/v1/a", last)))).toMatchObject([{ verb, path }]),
  );
  it("LIST arrives byte by byte", async () =>
    expect(datas(await talk(...head("LIST", "/v1/a", last).split("")))).toMatchObject([{ verb: "list" }]));
  it.each(["LINK", "BIND", "LOCK", "COPY", "PROPFIND", "DEBUG"])("%s is a 405", async (method) =>
    expect(statuses(await talk(head(method, "/v1/a", last)))).toEqual([405]),
  );
  it("HEAD gets no body", async () => expect(await talk(head("HEAD", "/v1/a", last))).toMatch(/\r\n\r\n$/));
});

describe("a connection", () => {
  it("is kept for request after request, LIST among them", async () => {
    const text = await talk(head("LIST", "/v1/a"), head("GET", "/v1/b"), head("LIST", "/v1/c", last));
    expect(datas(text).map(({ path }) => path)).toEqual(["a/", "b", "c/"]);
  });
  it("may be pipelined in one packet, a body that looks like a request included", async () => {
    const body = '{"x":"LIST /v1/evil HTTP/1.1\\r\\n"}';
    const post = head("POST", "/v1/b", `Content-Length: ${body.length}`) + body;
    const text = await talk(head("LIST", "/v1/a") + post + head("LIST", "/v1/c", last));
    expect(datas(text)).toMatchObject([{ path: "a/" }, { data: { x: "LIST /v1/evil HTTP/1.1\r\n" } }, { path: "c/" }]);
  });
  it("names the peer", async () => {
    const text = await talk(head("GET", "/v1/a", "X-Forwarded-For: 203.0.113.9", last));
    expect(datas(text)).toMatchObject([{ sourceAddress: "127.0.0.1" }]);
  });
  it("that sends its head too slowly is ended", async () =>
    expect(statuses(await talk("GET /v1/a HT"))).toEqual([408]));
  it("that sends its body too slowly is ended", async () =>
    expect(statuses(await talk(`${head("POST", "/v1/a", "Content-Length: 10")}{`))).toEqual([408]));
});

describe("a target", () => {
  it.each([
    ["/v1/a%2Fb%20c%2525", "a/b c%25"],
    ["http://other.example/v1/abs?x=1", "abs"],
    ["HTTP://other.example:80/v1/abs", "abs"],
  ])("%s is decoded once", async (target, path) =>
    expect(datas(await talk(head("GET", target, last)))).toMatchObject([{ path }]),
  );
  it.each([
    ["GET", "/v1/%zz", 400],
    ["GET", "/v1/%C0%AF", 400],
    ["GET", "/v1/a%", 400],
    ["GET", "/v1/../x", 400],
    ["GET", "/v1/%2e%2e/x", 400],
    ["GET", "/v1/a%00", 400],
    ["GET", "/v1/a%25%32%66b", 400],
    ["OPTIONS", "*", 400],
    ["GET", "http://x", 404],
  ])("%s %s is refused", async (method, target, status) =>
    expect(statuses(await talk(head(method, target, last)))).toEqual([status]),
  );
});

describe("a body", () => {
  const big = (...headers: string[]) => head("POST", "/v1/a", ...headers);
  const tooLarge = (text: string) => [statuses(text), text.includes("http: request body too large")];
  it("announced as too large is refused unread", async () =>
    expect(tooLarge(await talk(big("Content-Length: 5000000")))).toEqual([[413], true]));
  it("that turns out too large is refused", async () => {
    const chunk = `400\r\n${"x".repeat(0x400)}\r\n`;
    expect(tooLarge(await talk(big("Transfer-Encoding: chunked"), chunk, chunk))).toEqual([[413], true]);
  });
  it("announced with Expect is asked for when it is small", async () => {
    const text = await talk(big("Expect: 100-continue", "Content-Length: 7", last), '{"x":1}');
    expect([statuses(text), datas(text)]).toMatchObject([[100, 200], [{ data: { x: 1 } }]]);
  });
  it("announced with Expect is not asked for when it is too large", async () =>
    expect(statuses(await talk(big("Expect: 100-continue", "Content-Length: 5000000")))).toEqual([413]));
});

describe("input that is not HTTP", () => {
  it.each([
    ["both lengths", head("POST", "/v1/a", "Content-Length: 3", "Transfer-Encoding: chunked"), [400]],
    ["a negative length", head("POST", "/v1/a", "Content-Length: -1"), [400]],
    ["two lengths", head("POST", "/v1/a", "Content-Length: 1", "Content-Length: 2"), [400]],
    ["a broken chunk", `${head("POST", "/v1/a", "Transfer-Encoding: chunked")}zz\r\n`, [400]],
    ["a header without a colon", head("GET", "/v1/a", "nonsense"), [400]],
    ["a NUL in a header", head("GET", "/v1/a", "X-Vault-Token: a\0b"), [400]],
    ["a lower-case method", head("get", "/v1/a"), [405]],
    ["nothing but noise", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", [405]],
    ["a giant header", head("GET", "/v1/a", `X: ${"f".repeat(40_000)}`), [431]],
  ])("is answered all the same: %s", async (_, bytes, wanted) => {
    const text = await talk(Buffer.from(bytes, "latin1"));
    expect([statuses(text), /cache-control: no-store/.test(text), text.includes('{"errors":[')]).toEqual([
      wanted,
      true,
      true,
    ]);
  });
  it("takes twelve kilobytes of one header and 150 headers", async () => {
    const many = Array.from({ length: 150 }, (_, i) => `X-F${i}: v`);
    const text = await talk(head("GET", "/v1/a", `X-Filler: ${"f".repeat(12_000)}`, ...many, last));
    expect(statuses(text)).toEqual([200]);
  });
  it("joins a token sent twice instead of choosing one", async () =>
    expect(datas(await talk(head("GET", "/v1/a", "X-Vault-Token: a", "X-Vault-Token: b", last)))).toMatchObject([
      { token: "a,b" },
    ]));
});

/** A promise that is fulfilled from outside. */
const promised = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};

describe("stopping", () => {
  it("lets a running request end and takes no new ones", async () => {
    const { promise: arrived, resolve: arrive } = promised();
    const { promise: held, resolve: release } = promised();
    const slow = await startListener({
      handler: async () => {
        arrive();
        await held;
        return { status: 204, headers: {}, body: new Uint8Array(0) };
      },
    });
    const running = fetch(`${slow.url}/v1/a`);
    await arrived;
    const stopped = slow.stop(60_000);
    release();
    expect((await running).status).toBe(204);
    await stopped;
    await expect(fetch(`${slow.url}/v1/a`)).rejects.toThrow();
  });
});
