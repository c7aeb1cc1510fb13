import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeWorld, type World } from "./world.ts";

/** Leases that are renewed, revoked and made. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

const lease = async (token = world.server.root): Promise<{ readonly id: string; readonly name: string }> => {
  const { body, data } = await world.server.call("GET", "db/creds/app", { token });
  return { id: String(body["lease_id"]), name: String(data["name"]) };
};
const isLeased = async (lease_id: string): Promise<boolean> =>
  (await world.server.call("POST", "sys/leases/lookup", { body: { lease_id } })).status === 200;
const swept = async (): Promise<void> => {
  world.server.clock.advance(91_000);
  await world.server.core.leases.sweep(world.server.clock.now() + 60_000);
};

describe("a lease", () => {
  const order = (verb: string, lease_id: string, more: object = {}) =>
    ["POST", `sys/leases/${verb}`, { body: { lease_id, ...more } }] as const;

  it.each([
    ["revoke", {}, "renew", { increment: 7200 }],
    ["revoke", { sync: false }, "renew", { increment: 7200 }],
    ["renew", { increment: 7200 }, "revoke", {}],
    ["renew", { increment: 7200 }, "revoke", { sync: false }],
    ["revoke", {}, "revoke", {}],
  ])("%s %j, with %s %j in between: is gone, and nothing of it stays", (first, firstBody, second, secondBody) =>
    world.everyWay(async () => {
      const added = await world.sinceNow();
      const { id, name } = await lease();
      return {
        request: () => world.server.call(...order(first, id, firstBody)),
        between: () => world.elsewhere(...order(second, id, secondBody)),
        holds: async (answer, between) => {
          const revoked = first === "revoke" ? answer.status : between?.status;
          expect([200, 202, 204]).toContain(revoked);
          expect(await isLeased(id)).toBe(false);
          await swept();
          expect(world.outside.alive.has(name)).toBe(false);
          expect(await added()).toEqual([]);
        },
      };
    }),
  );

  it("that is renewed, while the token ends that holds it: is gone, and nothing of it stays", () =>
    world.everyWay(async () => {
      const added = await world.sinceNow();
      const token = await world.made();
      const { id, name } = await lease(token);
      return {
        request: () => world.server.call(...order("renew", id)),
        between: () => world.elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async () => {
          await swept();
          expect([await isLeased(id), world.outside.alive.has(name)]).toEqual([false, false]);
          expect(await added()).toEqual([]);
        },
      };
    }));

  it("that begins, while the token ends that asks for it: is gone, and nothing of it stays", () =>
    world.everyWay(async () => {
      const added = await world.sinceNow();
      const token = await world.made();
      world.outside.alive.clear();
      return {
        request: () => world.server.call("GET", "db/creds/app", { token }),
        between: () => world.elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async () => {
          world.server.clock.advance(121_000);
          await swept();
          expect([...world.outside.alive]).toEqual([]);
          expect(await added()).toEqual([]);
        },
      };
    }));

  it("that is made while all below its prefix are revoked: is gone or was never handed out, and nothing of it stays", () =>
    world.everyWay(async () => {
      const added = await world.sinceNow();
      world.outside.alive.clear();
      let finish = (): void => undefined;
      const reached = new Promise<void>((pending) => {
        world.outside.meanwhile = () =>
          new Promise((go) => {
            finish = go;
            pending();
          });
      });
      const making = world.elsewhere("GET", "db/creds/app");
      await reached;
      world.outside.meanwhile = async () => undefined;
      return {
        request: () => world.server.call("POST", "sys/leases/revoke-prefix/db"),
        between: () => {
          finish();
          return making;
        },
        holds: async (answer) => {
          expect(answer.status).toBe(204);
          world.server.clock.advance(121_000);
          await swept();
          expect([...world.outside.alive]).toEqual([]);
          expect(await added()).toEqual([]);
        },
      };
    }));
});
