import { describe, expect, it } from "@jest/globals";
import { envelope } from "../support/envelope.ts";
import { ask, listenerConfig, opensWorlds, type Script } from "./world.ts";

const open = opensWorlds();

const data: Script = () => ({ body: envelope({ data: { a: 1 } }) });
const cached = { cache: { useAutoAuthToken: false as const, staticSecrets: false } };
const post = (body: string) => ({ method: "POST", body });

describe("/agent/v1/cache-clear", () => {
  it.each([
    ['{"type":"all"}', 200, ""],
    ['{"type":"lease","value":"x"}', 200, ""],
    ['{"type":"token","value":"x","namespace":""}', 200, ""],
    ['{"type":"token_accessor","value":"x"}', 200, ""],
    ['{"type":"request_path","value":"/v1/x","namespace":"team"}', 200, ""],
    ["", 400, "failed to parse JSON input: empty JSON provided"],
    ["x", 400, "failed to parse JSON input: invalid character 'x' looking for beginning of value"],
    ["{", 400, "failed to parse JSON input: invalid JSON"],
    ['{"type":5}', 400, "failed to parse JSON input: an object of strings is expected"],
    ["[]", 400, "failed to parse JSON input: an object of strings is expected"],
    ["null", 400, "failed to parse JSON input: an object of strings is expected"],
    ["{}", 400, "failed to parse clear input: no type provided"],
    ['{"type":""}', 400, "failed to parse clear input: no type provided"],
    ['{"type":"nope"}', 400, "failed to clear cache: invalid type provided"],
    ['{"type":"constructor","value":"x"}', 400, "failed to clear cache: invalid type provided"],
    ['{"type":"lease"}', 400, "failed to clear cache: lease not provided"],
    ['{"type":"token"}', 400, "failed to clear cache: token not provided"],
    ['{"type":"token_accessor"}', 400, "failed to clear cache: token accessor not provided"],
    ['{"type":"request_path"}', 400, "failed to clear cache: request path not provided"],
  ])("%s is %d %s", async (body, status, error) => {
    const one = await open(data, cached);
    for (const method of ["POST", "PUT"]) {
      const got = await one.ask("/agent/v1/cache-clear", { method, body });
      expect([got.status, got.text]).toEqual([
        status,
        status === 200 ? "" : `${JSON.stringify({ errors: [error] })}\n`,
      ]);
    }
    expect(one.seen).toEqual([]);
  });

  it("does nothing without a cache, or for another method", async () => {
    const without = await open(data);
    expect((await without.ask("/agent/v1/cache-clear", post("x"))).status).toBe(200);
    const one = await open(data, cached);
    expect((await one.ask("/agent/v1/cache-clear")).status).toBe(200);
  });

  it("pages in a browser may not ask for it", async () => {
    const one = await open(data, cached);
    const page = { ...post('{"type":"all"}'), headers: { "sec-fetch-site": "cross-site" } };
    expect((await one.ask("/agent/v1/cache-clear", page)).status).toBe(403);
  });
});

describe("/agent/v1/quit", () => {
  it("is not there unless it is enabled", async () => {
    const one = await open(data);
    expect((await one.ask("/agent/v1/quit", post(""))).status).toBe(404);
    expect((await one.ask("/agent/v1/quit")).status).toBe(404);
  });

  it("ends the agent with 0 for POST, and for nothing else", async () => {
    const one = await open(data, { listeners: [listenerConfig({ enableQuit: true })] });
    let ended: number | undefined | "running" = "running";
    void one.listeners.ended.then((code) => {
      ended = code;
    });
    for (const method of ["GET", "PUT", "DELETE", "LIST"]) {
      expect((await one.ask("/agent/v1/quit", { method })).status).toBe(405);
    }
    expect(ended).toBe("running");
    expect((await one.ask("/agent/v1/quit", post(""))).status).toBe(200);
    expect(await one.listeners.ended).toBe(0);
  });

  it.each(["/v1/../agent/v1/quit", "/v1/%2e%2e/agent/v1/quit", "/v1/..%2fagent/v1/quit", "/agent/v1/./quit"])(
    "%s is not it, whoever reads the path",
    async (path) => {
      const one = await open(data, { listeners: [listenerConfig({ enableQuit: true })] });
      const got = await one.ask(path, post(""));
      expect([got.status, got.json]).toEqual([400, { errors: ["relative paths not supported"] }]);
      expect(one.seen).toEqual([]);
    },
  );
});

describe("/agent/v1/metrics", () => {
  it("counts what was asked, as JSON and for Prometheus", async () => {
    const one = await open(({ url }) => ({ status: url === "/v1/no" ? 403 : 200, body: envelope() }));
    await one.ask("/v1/canary-path", { headers: { "x-vault-token": "canary-token" } });
    await one.ask("/v1/no");
    const json = await one.ask("/agent/v1/metrics");
    expect([json.status, json.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(json.json.Timestamp).toMatch(/^2026-01-01 00:00:\d\d \+0000 UTC$/);
    expect(json.json.Counters).toContainEqual(expect.objectContaining({ Name: "vault.agent.proxy.success", Count: 1 }));
    expect(json.json.Counters).toContainEqual(
      expect.objectContaining({ Name: "vault.agent.proxy.client_error", Count: 1 }),
    );
    const prometheus = await one.ask("/agent/v1/metrics?format=prometheus");
    expect(prometheus.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(prometheus.text).toMatch(/^# TYPE vault_agent_proxy_success counter\nvault_agent_proxy_success 1$/m);
    const accept = { headers: { accept: "application/openmetrics-text; version=1.0.0" } };
    expect((await one.ask("/agent/v1/metrics", accept)).text).toContain("vault_agent_cache_miss 1");
    expect(json.text + prometheus.text).not.toContain("canary");
  });

  it("another format is a 400, another method a 405", async () => {
    const one = await open(data);
    const got = await one.ask("/agent/v1/metrics?format=zz");
    expect([got.status, got.text]).toEqual([400, 'metric response format "zz" unknown']);
    const posted = await one.ask("/agent/v1/metrics", post(""));
    expect([posted.status, posted.text]).toEqual([405, '{"errors":[]}\n']);
  });

  it("is all that a metrics_only listener has", async () => {
    const one = await open(data, {
      ...cached,
      listeners: [
        listenerConfig(),
        listenerConfig({ role: "metrics_only", enableQuit: true, requireRequestHeader: true }),
      ],
    });
    const [, only = ""] = one.listeners.addresses;
    expect((await ask(only, "/agent/v1/metrics")).status).toBe(200);
    expect((await ask(only, "/v1/a", { headers: { "x-vault-request": "true" } })).status).toBe(404);
    expect((await ask(only, "/agent/v1/cache-clear", post('{"type":"all"}'))).status).toBe(404);
    expect((await ask(only, "/agent/v1/quit", post(""))).status).toBe(404);
    expect(one.seen).toEqual([]);
  });
});
