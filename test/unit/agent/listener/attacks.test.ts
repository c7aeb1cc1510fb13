import { connect } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { envelope } from "../support/envelope.ts";
import { listenerConfig, opensWorlds, type Script } from "./world.ts";

const open = opensWorlds();

const data: Script = () => ({ body: envelope({ data: { a: 1 } }) });
const lent = {
  apiProxy: { useAutoAuthToken: true as const },
  listeners: [listenerConfig({ enableQuit: true })],
};

const lines = (...text: string[]): string => [...text, "", ""].join("\r\n");
const statuses = (got: string): readonly string[] =>
  [...got.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status ?? "");

describe("requests that two readers read differently", () => {
  const SMUGGLED = "GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

  it.each([
    [
      "a length and chunks",
      lines("POST /v1/a HTTP/1.1", "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked") +
        `0\r\n\r\n${SMUGGLED}`,
    ],
    [
      "two lengths",
      lines("POST /v1/a HTTP/1.1", "Host: x", "Content-Length: 0", `Content-Length: ${SMUGGLED.length}`) + SMUGGLED,
    ],
    ["a length with a sign", lines("POST /v1/a HTTP/1.1", "Host: x", "Content-Length: +0") + SMUGGLED],
    ["a blank before the colon", lines("POST /v1/a HTTP/1.1", "Host: x", "Content-Length : 5") + SMUGGLED],
    ["a folded header", lines("POST /v1/a HTTP/1.1", "Host: x", "X-A: b", " Content-Length: 5") + SMUGGLED],
    [
      "chunks within something else",
      lines("POST /v1/a HTTP/1.1", "Host: x", "Transfer-Encoding: gzip, chunked, identity") + SMUGGLED,
    ],
    ["a bare line feed", "GET /v1/a HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n0\r\n\r\n"],
    [
      "LIST with a length and chunks",
      lines("LIST /v1/a HTTP/1.1", "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked") +
        `0\r\n\r\n${SMUGGLED}`,
    ],
  ])("%s: the server never sees a request inside another", async (_name, bytes) => {
    const one = await open(data, lent, "hvs.auto");
    const got = await one.raw(bytes);
    expect(statuses(got)).toEqual(["400"]);
    expect(one.seen).toEqual([]);
    expect(got).not.toContain("hvs.auto");
  });

  it("a body sent with GET stays the body of that request on the connection to the server", async () => {
    const one = await open(data, lent, "hvs.auto");
    const inner = "GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    await one.ask("/v1/a", { method: "GET", body: inner });
    await one.ask("/v1/b", { method: "DELETE", body: inner });
    await one.ask("/v1/c");
    expect(one.seen.map(({ url, body }) => [url, body])).toEqual([
      ["/v1/a", inner],
      ["/v1/b", inner],
      ["/v1/c", ""],
    ]);
  });
});

describe("targets that are not a path", () => {
  it.each([
    ["another server's address", "GET http://evil.example/v1/a HTTP/1.1"],
    ["one with this server's name", "GET http://x/v1/a HTTP/1.1"],
    ["an asterisk", "OPTIONS * HTTP/1.1"],
  ])("%s is refused", async (_name, request) => {
    const one = await open(data, lent, "hvs.auto");
    expect(statuses(await one.raw(lines(request, "Host: x", "Connection: close")))).toEqual(["400"]);
    expect(one.seen).toEqual([]);
  });

  it("CONNECT is refused, and the connection ended", async () => {
    const one = await open(data, lent, "hvs.auto");
    expect(
      statuses(
        await one.raw(`${lines("CONNECT evil.example:443 HTTP/1.1", "Host: x")}GET /v1/a HTTP/1.1\r\nHost: x\r\n\r\n`),
      ),
    ).toEqual(["405"]);
    expect(one.seen).toEqual([]);
  });

  it("a change to WebSocket is refused; one to HTTP/2 is passed over", async () => {
    const one = await open(data, lent, "hvs.auto");
    const upgrade = (protocol: string) =>
      lines("GET /v1/a HTTP/1.1", "Host: x", "Connection: Upgrade, close", `Upgrade: ${protocol}`);
    expect(statuses(await one.raw(upgrade("websocket")))).toEqual(["400"]);
    expect(one.seen).toEqual([]);
    expect(statuses(await one.raw(upgrade("h2c")))).toEqual(["200"]);
    expect(one.seen[0]?.headers).not.toHaveProperty("upgrade");
  });

  it.each(["/v1/%", "/v1/%zz", "/v1/%ff"])("%s cannot be decoded and is refused", async (path) => {
    const one = await open(data, lent, "hvs.auto");
    expect((await one.ask(path)).status).toBe(400);
    expect(one.seen).toEqual([]);
  });

  it.each(["/v1/a/../b", "/v1/./a", "/v1/a/%2e%2E/b", "/v1/a%2f..%2fb", "/v1/..;/a", "/v1/a\\..\\b", "/v1/a/.."])(
    "%s does not leave the server's own path",
    async (path) => {
      const one = await open(data, lent, "hvs.auto");
      expect((await one.ask(path)).status).toBe(400);
      expect(one.seen).toEqual([]);
    },
  );

  it("three dots are a name", async () => {
    const one = await open(data);
    expect((await one.ask("/v1/a/.../b..c/.d")).status).toBe(200);
  });
});

describe("headers", () => {
  it("a sender cannot have the agent's own headers dropped or doubled", async () => {
    const one = await open(data, lent, "hvs.auto");
    await one.ask("/v1/a", {
      headers: {
        connection: "close, X-Vault-Token, X-Vault-Request, Host, User-Agent",
        "x-vault-request": ["a", "b"],
        "x-vault-token": "mine",
      },
    });
    expect(one.seen[0]?.headers).toMatchObject({ "x-vault-token": "hvs.auto", "x-vault-request": "true" });
  });

  it("the server is not told another name than its own", async () => {
    const one = await open(data, lent, "hvs.auto");
    await one.ask("/v1/a", { headers: { host: "evil.example" } });
    expect(one.seen[0]?.headers.host).toBe(new URL(one.server).host);
  });

  it("an answer cannot be split", async () => {
    const one = await open(data);
    const got = await one.raw(
      lines("GET /v1/a%0d%0aX-Evil:%201 HTTP/1.1", "Host: x", "User-Agent: a\x0bb", "Connection: close"),
    );
    expect(got.toLowerCase()).not.toContain("\r\nx-evil");
  });

  it("too many of them are a 431, and too long a body a 413", async () => {
    const one = await open(data);
    expect(statuses(await one.raw(lines("GET /v1/a HTTP/1.1", "Host: x", `X-A: ${"a".repeat(40_000)}`)))).toEqual([
      "431",
    ]);
    const announced = await one.raw(lines("POST /v1/a HTTP/1.1", "Host: x", "Content-Length: 99999999999"));
    expect(statuses(announced)).toEqual(["413"]);
    expect(one.seen).toEqual([]);
  });

  it("an unknown method is a 405", async () => {
    const one = await open(data);
    expect(statuses(await one.raw(lines("FOO /v1/a HTTP/1.1", "Host: x")))).toEqual(["405"]);
  });
});

describe("clients that are slow or gone", () => {
  it("one that says nothing more keeps nobody else waiting, and the end comes all the same", async () => {
    const one = await open(data);
    const { port } = new URL(one.address);
    const slow = connect(Number(port), "127.0.0.1");
    slow.on("error", () => undefined);
    slow.write("POST /v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12");
    expect((await one.ask("/v1/b")).status).toBe(200);
    slow.destroy();
  });

  it("an answer under way is given before the listener ends", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const one = await open(async () => {
      await held;
      return { body: envelope({ data: { late: true } }) };
    });
    const asked = one.ask("/v1/a");
    await one.around.until(() => one.seen.length === 1);
    const stopped = one.listeners.stop();
    await expect(one.ask("/v1/b")).rejects.toThrow();
    release();
    expect((await asked).json.data).toEqual({ late: true });
    await stopped;
  });
});

describe("what is told to nobody", () => {
  it("no token, path's token, body or answer is in a log or an error", async () => {
    const one = await open(
      () => ({ body: envelope({ data: { id: "hvs.canaryAuto0001", secret: "canary-answer" } }) }),
      { ...lent, cache: { useAutoAuthToken: false, staticSecrets: true } },
      "hvs.canaryAuto0001",
    );
    const headers = { "x-vault-token": "hvs.canaryOwn00001", "x-other": "canary-header" };
    await one.ask("/v1/auth/token/lookup-self");
    await one.ask("/v1/auth/token/revoke/hvs.canaryPath0001?canary-query=1", {
      method: "POST",
      headers,
      body: "canary-body",
    });
    await one.ask("/v1/sys/leases/revoke", { method: "PUT", headers, body: '{"lease_id":"canary-lease"}' });
    await one.ask("/v1/secret/data/a", { headers });
    await one.ask("/agent/v1/cache-clear", { method: "POST", body: '{"type":"token","value":"hvs.canaryClear001"}' });
    await one.down();
    const failed = await one.ask("/v1/auth/token/revoke/hvs.canaryPath0001", {
      method: "POST",
      headers,
      body: "canary-body",
    });
    expect(failed.status).toBe(500);
    const metrics = await one.ask("/agent/v1/metrics?format=prometheus");
    expect(one.around.log().length).toBeGreaterThan(100);
    expect(one.around.log() + failed.text + metrics.text).not.toMatch(/canary/i);
  });

  it("a path cannot write a line of its own into the log", async () => {
    const one = await open(data);
    await one.ask("/v1/a%0a2026-01-01 [ERROR] forged".replaceAll(" ", "%20"));
    for (const { fields } of one.around.lines) expect(String(fields["path"] ?? "")).not.toContain("\n");
  });
});
