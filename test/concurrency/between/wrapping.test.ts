import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { CallOptions } from "../../support/make-server.ts";
import { held } from "./schedules.ts";
import { makeWorld, type World } from "./world.ts";

/** Wrapped answers, which one caller takes. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

type Order = readonly [method: string, path: string, options: CallOptions];

describe("a wrapped answer", () => {
  const wrapped = async (): Promise<string> => {
    const answer = await world.server.call("POST", "sys/wrapping/wrap", {
      headers: { "x-vault-wrap-ttl": "5m" },
      body: { a: "b" },
    });
    return (answer.body["wrap_info"] as { token: string }).token;
  };
  const takes = {
    unwrap: (token: string): Order => ["POST", "sys/wrapping/unwrap", { token }],
    "unwrap in the body": (token: string): Order => ["POST", "sys/wrapping/unwrap", { body: { token } }],
    rewrap: (token: string): Order => ["POST", "sys/wrapping/rewrap", { body: { token } }],
    "read the old way": (token: string): Order => ["GET", "cubbyhole/response", { token }],
  };
  const all = Object.entries(takes);
  const pairs = all.flatMap(([one, first]) => all.map(([two, second]) => ({ one, two, first, second })));

  it.each(pairs)("$one, with $two in between: one of both has it", ({ first, second }) =>
    world.everyWay(async () => {
      const token = await wrapped();
      return {
        request: () => world.server.call(...first(token)),
        between: () => world.elsewhere(...second(token)),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].filter((status) => status === 200)).toHaveLength(1);
          expect((await world.server.call(...takes.unwrap(token))).status).toBe(400);
        },
      };
    }),
  );

  it.each(all)("%s, while it is revoked: is not there any more", (_name, take) =>
    world.everyWay(async () => {
      const token = await wrapped();
      return {
        request: () => world.server.call(...take(token)),
        between: () => world.elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async (_answer, between) => {
          expect(between?.status).toBe(204);
          expect((await world.server.call(...takes.unwrap(token))).status).toBe(400);
        },
      };
    }),
  );

  it("is taken by a caller whose token ends before: is still there", async () => {
    const token = await wrapped();
    const caller = await world.made();
    const { answer } = await held(
      world.server.table,
      { call: 1 },
      () => world.server.call("POST", "sys/wrapping/unwrap", { token: caller, body: { token } }),
      () => world.elsewhere("POST", "auth/token/revoke", { body: { token: caller } }),
    );
    expect(answer.status).toBe(403);
    expect((await world.server.call(...takes.unwrap(token))).status).toBe(200);
  });
});
