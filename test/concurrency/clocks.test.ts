import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../support/make-server.ts";

/** F44, F45, F54: clocks that jump, and requests at the very moment something ends. */

let server: TestServer;
beforeEach(async () => {
  server = await makeServer();
});
afterEach(() => server.dynamo.close());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const tokenFrom = async (body: object): Promise<string> => {
  const answer = await server.call("POST", "auth/token/create", { body: { policies: ["default"], ...body } });
  return (answer.body["auth"] as { client_token: string }).client_token;
};
const look = (token: string) => server.call("GET", "auth/token/lookup-self", { token });
const wrap = async (): Promise<string> => {
  const headers = { "x-vault-wrap-ttl": "30m" };
  const wrapped = await server.call("POST", "sys/wrapping/wrap", { headers, body: { a: "b" } });
  return (wrapped.body["wrap_info"] as { token: string }).token;
};

describe("F45: a clock that jumps", () => {
  it("forward ends what has ended by it, and back opens no wrapped answer twice", async () => {
    const [opened, closed] = [await wrap(), await wrap()];
    expect((await server.call("POST", "sys/wrapping/unwrap", { token: opened })).status).toBe(200);

    server.clock.advance(DAY);
    expect((await server.call("POST", "sys/wrapping/unwrap", { token: closed })).status).toBe(400);
    server.clock.advance(-DAY - HOUR);
    expect((await server.call("POST", "sys/wrapping/unwrap", { token: opened })).status).toBe(400);
  });

  it("forward by a day: tokens are refused, and renewed by nobody", async () => {
    const token = await tokenFrom({ ttl: "1h" });
    server.clock.advance(DAY);
    expect((await look(token)).status).toBe(403);
    expect((await server.call("POST", "auth/token/renew-self", { token })).status).toBe(403);
    expect((await server.call("POST", "auth/token/renew", { body: { token } })).status).toBeGreaterThanOrEqual(400);
  });

  it("back by an hour: no life is longer than it was given, or negative", async () => {
    const token = await tokenFrom({ ttl: "30m", explicit_max_ttl: "2h" });
    const expires = (await look(token)).data["expire_time"];
    server.clock.advance(-HOUR);
    const before = await look(token);
    const renewed = await server.call("POST", "auth/token/renew-self", { token, body: { increment: "30m" } });
    const after = await look(token);

    expect([before.status, renewed.status]).toEqual([200, 200]);
    expect(before.data["expire_time"]).toBe(expires);
    expect(Number(after.data["ttl"])).toBeGreaterThanOrEqual(0);
    const max = Date.parse(String(after.data["issue_time"])) + 2 * HOUR;
    expect(Date.parse(String(after.data["expire_time"]))).toBeLessThanOrEqual(max);
  });

  it("back by an hour: a revoked token stays revoked, a spent use stays spent, a locked name stays locked", async () => {
    const [revoked, spent] = [await tokenFrom({ ttl: "1h" }), await tokenFrom({ ttl: "1h", num_uses: 1 })];
    await server.call("POST", "auth/token/revoke", { body: { token: revoked } });
    expect((await look(spent)).status).toBe(200);
    server.clock.advance(-HOUR);

    expect([(await look(revoked)).status, (await look(spent)).status]).toEqual([403, 403]);
  });
});

describe("F44: environments whose clocks are five minutes apart", () => {
  it("take no token past its end by more than that, and show no negative TTL", async () => {
    const token = await tokenFrom({ ttl: "10m" });
    const seen: { readonly at: number; readonly status: number; readonly ttl: number }[] = [];
    // One environment's clock is right, another's five minutes ahead, a third's five behind, in turn.
    for (let minute = 0; minute <= 20; minute += 1) {
      for (const skew of [0, 5, -5]) {
        server.clock.advance(skew * 60_000);
        const { status, data } = await look(token);
        seen.push({ at: minute, status, ttl: Number(data["ttl"] ?? 0) });
        server.clock.advance(-skew * 60_000);
      }
      server.clock.advance(60_000);
    }

    expect(seen.filter(({ at, status }) => status === 200 && at >= 15)).toEqual([]);
    expect(seen.filter(({ ttl }) => ttl < 0)).toEqual([]);
    expect(seen.filter(({ at, status }) => status === 200 && at < 5)).toHaveLength(15);
  });

  it("never bring the end of a token nearer by renewing it behind", async () => {
    const token = await tokenFrom({ ttl: "20m" });
    const end = async () => Date.parse(String((await look(token)).data["expire_time"]));
    server.clock.advance(5 * 60_000);
    await server.call("POST", "auth/token/renew-self", { token, body: { increment: "20m" } });
    const ahead = await end();
    server.clock.advance(-10 * 60_000);
    const renewed = await server.call("POST", "auth/token/renew-self", { token, body: { increment: "20m" } });

    expect(renewed.status).toBe(200);
    expect(ahead - (await end())).toBeLessThanOrEqual(10 * 60_000);
    expect(Number((await look(token)).data["ttl"])).toBeGreaterThan(0);
  });
});

describe("F54: a renewal at the end of a token's life", () => {
  it.each([-2000, -1000, -10, -1, 0, 1, 10, 1000])(
    "%d ms from it either renews or is refused, never both",
    async (ms) => {
      const token = await tokenFrom({ ttl: "10m" });
      server.clock.advance(600_000 + ms);
      const answers = await Promise.all(
        Array.from({ length: 6 }, () =>
          server.call("POST", "auth/token/renew-self", { token, body: { increment: "10m" } }),
        ),
      );
      const statuses = new Set(answers.map(({ status }) => status));

      expect([...statuses]).toEqual([ms < 0 ? 200 : 403]);
      expect((await look(token)).status).toBe(ms < 0 ? 200 : 403);
    },
  );
});
