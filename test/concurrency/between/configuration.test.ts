import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeWorld, type World } from "./world.ts";

/** Settings, rules, devices and mounts: what is decided by all that is configured. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

describe("of two that do not go together, one is refused", () => {
  type Sent = readonly [path: string, body: object];
  const pairs: Readonly<Record<string, (name: string) => readonly [Sent, Sent]>> = {
    "audit devices at one path": (name: string) => [
      [`sys/audit/${name}`, { type: "file", options: { file_path: "stdout" } }],
      [`sys/audit/${name}`, { type: "file", options: { file_path: "stderr" } }],
    ],
    "audit devices, one inside the other": (name: string) => [
      [`sys/audit/${name}`, { type: "file", options: { file_path: "stdout" } }],
      [`sys/audit/${name}/inner`, { type: "file", options: { file_path: "stdout" } }],
    ],
    "mounts, one inside the other": (name: string) => [
      [`sys/mounts/${name}`, { type: "kv" }],
      [`sys/mounts/${name}/inner`, { type: "kv" }],
    ],
    "rate limits for one path": (name: string) => [
      [`sys/quotas/rate-limit/${name}-a`, { rate: 1e6, path: `kv/data/${name}` }],
      [`sys/quotas/rate-limit/${name}-b`, { rate: 1e6, path: `kv/data/${name}` }],
    ],
    "lease counts for one path": (name: string) => [
      [`sys/quotas/lease-count/${name}-a`, { max_leases: 1e6, path: `db/creds/${name}` }],
      [`sys/quotas/lease-count/${name}-b`, { max_leases: 1e6, path: `db/creds/${name}` }],
    ],
  };

  it.each(Object.entries(pairs))("%s", (_, pair) =>
    world.everyWay(async () => {
      const [[first, body], [second, other]] = pair(world.next());
      return {
        request: () => world.server.call("POST", first, { body }),
        between: () => world.elsewhere("POST", second, { body: other }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([204, 400]);
          for (const path of [first, second]) await world.server.call("DELETE", path);
        },
      };
    }),
  );
});

describe("of two changes of one setting, both stand", () => {
  const settings = {
    "levels of two loggers": {
      first: ["sys/loggers/core", { level: "warn" }],
      second: ["sys/loggers/token", { level: "error" }],
      read: "sys/loggers",
      has: { core: "warn", token: "error" },
      before: { level: "info" },
    },
    "two settings of all quotas": {
      first: ["sys/quotas/config", { enable_rate_limit_audit_logging: true }],
      second: ["sys/quotas/config", { enable_rate_limit_response_headers: true }],
      read: "sys/quotas/config",
      has: { enable_rate_limit_audit_logging: true, enable_rate_limit_response_headers: true },
      before: { enable_rate_limit_audit_logging: false, enable_rate_limit_response_headers: false },
    },
    "two settings of the rotation": {
      first: ["sys/rotate/config", { interval: "48h" }],
      second: ["sys/rotate/config", { enabled: false }],
      read: "sys/rotate/config",
      has: { interval: "48h0m0s", enabled: false },
      before: { interval: "72h", enabled: true },
    },
  } as const;

  it.each(Object.entries(settings))("%s", (_, { first, second, read, has, before }) =>
    world.everyWay(async () => {
      await world.server.call("POST", read, { body: before });
      return {
        request: () => world.server.call("POST", first[0], { body: first[1] }),
        between: () => world.elsewhere("POST", second[0], { body: second[1] }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([204, 204]);
          expect((await world.server.call("GET", read)).data).toMatchObject(has);
        },
      };
    }),
  );

  it("two rotations of the keys: two terms", () =>
    world.everyWay(async () => {
      const term = async () => Number((await world.server.call("GET", "sys/key-status")).data["term"]);
      const before = await term();
      return {
        request: () => world.server.call("POST", "sys/rotate"),
        between: () => world.elsewhere("POST", "sys/rotate"),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([204, 204]);
          expect(await term()).toBe(before + 2);
        },
      };
    }));
});
