import { afterEach, describe, expect, it } from "@jest/globals";
import { createRateLimiter } from "../../../../src/core/quotas/rate-limiter.ts";
import { anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer | undefined;
afterEach(async () => {
  await server?.dynamo.close();
  server = undefined;
});

const setUp = async (rule: object, name = "q"): Promise<TestServer> => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/s", { body: { type: "kv" } });
  const made = await server.call("POST", `sys/quotas/rate-limit/${name}`, { body: rule });
  expect(made.status).toBe(204);
  return server;
};

const statuses = async (count: number, path: string, sourceAddress = "192.0.2.1"): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await server?.call("GET", path, { sourceAddress }))?.status ?? 0);
  return found;
};

describe("a rate limit", () => {
  it("counts what another function serves there alone, whatever this one is asked", async () => {
    const made = await setUp({ path: "s/", rate: 2, interval: "1h" });
    let served = false;
    const other = anotherEnvironment(made, undefined, ({ type }) => served || type !== "kv");
    const ask = () =>
      other.handle({
        method: "GET",
        path: "/v1/s/a",
        query: "",
        headers: { "x-vault-token": [made.root] },
        body: new Uint8Array(0),
        sourceAddress: "192.0.2.1",
      });
    for (let time = 0; time < 5; time += 1) await expect(ask()).rejects.toMatchObject({ name: "Forward" });
    served = true;
    const found: number[] = [];
    for (let time = 0; time < 3; time += 1) found.push((await ask()).status);

    expect(found).toEqual([404, 404, 429]);
  });

  it("refuses the request too many, and lets through the first of the next interval", async () => {
    const { clock } = await setUp({ path: "s/", rate: 2, interval: "10s" });

    expect(await statuses(3, "s/a")).toEqual([404, 404, 429]);
    clock.advance(10_000);
    expect(await statuses(1, "s/a")).toEqual([404]);
  });

  it("tells the caller why and when to come again", async () => {
    const { call } = await setUp({ path: "s/", rate: 1, interval: "10s" });
    await statuses(1, "s/a", "127.0.0.1");
    const refused = await call("GET", "s/a");

    expect(refused.body["errors"]).toEqual(['request path "s/a": rate limit quota exceeded']);
    expect(refused.headers["retry-after"]).toBe("10");
    expect(refused.headers["x-ratelimit-limit"]).toBeUndefined();
  });

  it("puts what is left on every answer when told so", async () => {
    const { call } = await setUp({ path: "s/", rate: 1, interval: "10s" });
    await call("POST", "sys/quotas/config", { body: { enable_rate_limit_response_headers: true } });
    const [first, second] = [await call("GET", "s/a"), await call("GET", "s/a")];

    expect(first.headers).toMatchObject({ "x-ratelimit-limit": "1", "x-ratelimit-remaining": "0" });
    expect(second.headers).toMatchObject({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "10" });
  });

  it("counts each address by itself", async () => {
    await setUp({ path: "s/", rate: 1, interval: "10s" });

    expect(await statuses(2, "s/a", "192.0.2.1")).toEqual([404, 429]);
    expect(await statuses(1, "s/a", "192.0.2.2")).toEqual([404]);
  });

  it("counts before the token is looked at", async () => {
    const { call } = await setUp({ path: "s/", rate: 1, interval: "10s" });
    await call("GET", "s/a", { token: "hvs.nobody" });

    expect((await call("GET", "s/a")).status).toBe(429);
  });

  it("refuses for as long as the block lasts", async () => {
    const { clock } = await setUp({ path: "s/", rate: 1, interval: "1s", block_interval: "1m" });
    await statuses(2, "s/a");
    clock.advance(30_000);
    expect(await statuses(1, "s/a")).toEqual([429]);
    clock.advance(30_001);
    expect(await statuses(1, "s/a")).toEqual([404]);
  });

  it("of a path wins over that of its mount, and that over the one for everything", async () => {
    const { call } = await setUp({ path: "s/open", rate: 100 });
    await call("POST", "sys/quotas/rate-limit/mount", { body: { path: "s/", rate: 1, interval: "10s" } });
    await call("POST", "sys/quotas/rate-limit/all", { body: { path: "", rate: 1000 } });

    expect(await statuses(3, "s/open")).toEqual([404, 404, 404]);
    expect(await statuses(2, "s/other")).toEqual([404, 429]);
  });

  it("never holds for the server's health", async () => {
    await setUp({ path: "", rate: 1, interval: "1h" });

    expect(await statuses(3, "sys/health")).toEqual([200, 200, 200]);
  });

  it("is in the audit log when told so", async () => {
    const { call, auditLines } = await setUp({ path: "s/", rate: 1, interval: "10s" });
    await call("POST", "sys/quotas/config", { body: { enable_rate_limit_audit_logging: true } });
    await statuses(2, "s/a");

    expect(auditLines.at(-1)).toContain("rate limit quota exceeded");
  });
});

describe("the limiter", () => {
  const rate = { rate: 1, intervalMs: 1000, blockMs: 0 };

  it("rounds a fraction up", () => {
    const limiter = createRateLimiter();
    const taken = [1, 2, 3].map((now) => limiter.take("a", { ...rate, rate: 1.5 }, now).allowed);

    expect(taken).toEqual([true, true, false]);
  });

  it("forgets the oldest caller under a flood of them", () => {
    const limiter = createRateLimiter(2);
    for (const caller of ["a", "b", "c"]) limiter.take(caller, rate, 0);

    expect(limiter.take("a", rate, 1).allowed).toBe(true);
    expect(limiter.take("c", rate, 1).allowed).toBe(false);
  });

  it("does not count on when the clock goes back", () => {
    const limiter = createRateLimiter();
    limiter.take("a", rate, 5000);

    expect(limiter.take("a", rate, 100).allowed).toBe(true);
  });
});
