import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Answered } from "../support/make-server.ts";
import { patience, runs } from "../support/runs.ts";
import { type Stage, setStage } from "../unit/core/leases/support.ts";

/** F50, F58, F59: what ends while others are still at it. */

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const yieldOnce = () => new Promise((next) => setImmediate(next));

describe("F50: an unwrap together with a rewrap, a revocation and the end of its time", () => {
  it(
    "lets at most one of them have the answer",
    async () => {
      const { server } = stage;
      const headers = { "x-vault-wrap-ttl": "5m" };
      let won = 0;
      for (let trial = 0; trial < runs(16, 10_000); trial += 1) {
        const wrapped = await server.call("POST", "sys/wrapping/wrap", { headers, body: { a: "b" } });
        const { token } = wrapped.body["wrap_info"] as { token: string };
        const later = async (ticks: number, act: () => Promise<Answered>) => {
          for (let left = ticks; left > 0; left -= 1) await yieldOnce();
          return act();
        };
        const [unwrapped, rewrapped, second] = await Promise.all([
          later(trial % 3, () => server.call("POST", "sys/wrapping/unwrap", { token })),
          later((trial >> 1) % 3, () =>
            server.call("POST", "sys/wrapping/rewrap", { token: server.root, body: { token } }),
          ),
          later((trial >> 2) % 3, () =>
            server.call("POST", "sys/wrapping/unwrap", { token: server.root, body: { token } }),
          ),
          later((trial >> 3) % 3, () => server.call("POST", "auth/token/revoke", { body: { token } })),
        ]);
        const wins = [unwrapped, rewrapped, second].filter(({ status }) => status === 200);
        expect(wins.length).toBeLessThanOrEqual(1);
        won += wins.length;
        expect((await server.call("POST", "sys/wrapping/unwrap", { token })).status).toBe(400);
      }
      expect(won).toBeGreaterThan(0);
    },
    patience,
  );

  it("opens none at the end of its time", async () => {
    const headers = { "x-vault-wrap-ttl": "5m" };
    for (const ms of [-1, 0, 1]) {
      const wrapped = await stage.server.call("POST", "sys/wrapping/wrap", { headers, body: { a: "b" } });
      const { token } = wrapped.body["wrap_info"] as { token: string };
      stage.server.clock.advance(300_000 + ms);
      const answers = await Promise.all([0, 1].map(() => stage.server.call("POST", "sys/wrapping/unwrap", { token })));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(ms < 0 ? 1 : 0);
    }
  });
});

describe("F58: a mount that goes while it is read, written and leased from", () => {
  it("answers nothing after the acknowledgement, and leaves no credential alive", async () => {
    const { server, world } = stage;
    for (let index = 0; index < 10; index += 1) await stage.issue();
    let gone = false;
    const afterwards: string[] = [];
    const client = async (method: string, path: string) => {
      for (let left = 15; left > 0; left -= 1) {
        const startedAfter = gone;
        const body = method === "POST" ? { body: { value: "x" } } : {};
        const { status } = await server.call(method, path, body);
        if (startedAfter && status !== 404) afterwards.push(`${method} ${path}: ${status}`);
        await yieldOnce();
      }
    };
    const clients = [client("GET", "db/creds/app"), client("POST", "db/kept/a"), client("GET", "db/kept/a")];
    await yieldOnce();
    const unmounted = await server.call("DELETE", "sys/mounts/db");
    gone = true;
    await Promise.all(clients);
    for (let round = 0; round < 5; round += 1) {
      stage.wait(3700);
      await stage.sweep();
      await stage.tick();
    }

    expect(unmounted.status).toBe(204);
    expect(afterwards).toEqual([]);
    expect([...world.alive]).toEqual([]);
  });
});

describe("F59: a policy that is tightened under load", () => {
  it(
    "lets no request through that starts after the answer",
    async () => {
      const { server } = stage;
      const policy = (capability: string) => ({
        body: { policy: `path "db/kept/*" { capabilities = ["${capability}"] }` },
      });
      const late: string[] = [];
      let allowedBefore = 0;
      for (let trial = 0; trial < runs(4, 500); trial += 1) {
        await server.call("PUT", "sys/policies/acl/f59", policy("read"));
        const token = await stage.child({ policies: ["f59"] });
        let tightened = false;
        let stop = false;
        const client = async () => {
          while (!stop) {
            const startedAfter = tightened;
            const { status } = await server.call("GET", "db/kept/none", { token });
            if (startedAfter && status !== 403) late.push(`trial ${trial}: ${status}`);
            if (!startedAfter && status === 404) allowedBefore += 1;
            await yieldOnce();
          }
        };
        const clients = [client(), client(), client()];
        await yieldOnce();
        const written = await server.call("PUT", "sys/policies/acl/f59", policy("deny"));
        tightened = true;
        for (let left = 10; left > 0; left -= 1) await yieldOnce();
        stop = true;
        await Promise.all(clients);
        expect(written.status).toBe(204);
      }

      expect(late).toEqual([]);
      expect(allowedBefore).toBeGreaterThan(0);
    },
    patience,
  );
});
