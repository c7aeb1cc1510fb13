import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { entityIn, makeWorld, tokenIn, type World } from "./world.ts";

/** Tokens that are renewed, used, made and revoked. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

describe("a token", () => {
  const ends = {
    "is revoked": (token: string) => world.elsewhere("POST", "auth/token/revoke", { body: { token } }),
    "revokes itself": (token: string) => world.elsewhere("POST", "auth/token/revoke-self", { token }),
    "is revoked without its children": (token: string) =>
      world.elsewhere("POST", "auth/token/revoke-orphan", { body: { token } }),
  } as const;
  const does = {
    "renews itself": (token: string) =>
      world.server.call("POST", "auth/token/renew-self", { token, body: { increment: 7200 } }),
    "is renewed": (token: string) =>
      world.server.call("POST", "auth/token/renew", { body: { token, increment: 7200 } }),
    "spends a use": (token: string) => world.server.call("GET", "auth/token/lookup-self", { token }),
    "revokes itself": (token: string) => world.server.call("POST", "auth/token/revoke-self", { token }),
    "writes to its cubbyhole": (token: string) => world.server.call("POST", "cubbyhole/a", { token, body: { a: 1 } }),
  } as const;
  const pairs = Object.entries(does).flatMap(([doing, first]) =>
    Object.entries(ends).map(([ending, second]) => ({ doing, ending, first, second })),
  );

  it.each(pairs)("$doing, while it $ending: has ended, and nothing of it stays", ({ doing, first, second }) =>
    world.everyWay(async () => {
      const added = await world.sinceNow();
      const token = await world.made({ num_uses: doing === "spends a use" ? 9 : 0 });
      return {
        request: () => first(token),
        between: () => second(token),
        holds: async (_answer, between) => {
          // One that is gone already is not found.
          expect([204, 403, 400]).toContain(between?.status);
          expect(await world.lives(token)).toBe(false);
          await world.server.core.leases.sweep(world.server.clock.now() + 60_000);
          expect((await world.server.call("POST", "auth/token/lookup", { body: { token } })).status).toBe(403);
          expect(await added()).toEqual([]);
        },
      };
    }),
  );

  it("makes a child while it is revoked: the child has ended with it", () =>
    world.everyWay(async () => {
      const token = await world.made({ policies: ["root"] });
      return {
        request: () => world.server.call("POST", "auth/token/create", { token, body: { policies: ["default"] } }),
        between: () => world.elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async (answer) => {
          if (answer.status === 200) expect(await world.lives(tokenIn(answer))).toBe(false);
          else expect(answer.status).toBe(403);
        },
      };
    }));

  it("makes another for an alias that nobody had, and for the same in between: both are one entity", () =>
    world.everyWay(async () => {
      const name = world.next();
      await world.server.call("POST", `auth/token/roles/${name}`, { body: { allowed_entity_aliases: name } });
      const path = `auth/token/create/${name}`;
      const body = { entity_alias: name, policies: ["default"] };
      let second = "";
      return {
        request: () => world.server.call("POST", path, { body }),
        between: async () => {
          const answer = await world.elsewhere("POST", path, { body });
          second = entityIn(answer);
          return answer;
        },
        holds: async (answer) => {
          expect(answer.status).toBe(200);
          expect(entityIn(answer)).toBe(second);
        },
      };
    }));

  it("makes another for an alias whose entity changes in between: has it as it is then", () =>
    world.everyWay(async () => {
      const name = world.next();
      await world.server.call("POST", `auth/token/roles/${name}`, { body: { allowed_entity_aliases: name } });
      const path = `auth/token/create/${name}`;
      const body = { entity_alias: name, policies: ["default"] };
      const { entity_id } = (await world.server.call("POST", path, { body })).body["auth"] as { entity_id: string };
      return {
        request: () => world.server.call("POST", path, { body }),
        between: () => world.elsewhere("POST", `identity/entity/id/${entity_id}`, { body: { policies: ["app"] } }),
        holds: async (answer) => {
          expect([answer.status, await world.lives(tokenIn(answer))]).toEqual([200, true]);
          const { data } = await world.server.call("GET", "auth/token/lookup-self", { token: tokenIn(answer) });
          expect(data["identity_policies"]).toEqual(["app"]);
        },
      };
    }));

  it("has one use, and is used again in between: one of both is refused", () =>
    world.everyWay(async () => {
      const token = await world.made({ num_uses: 1 });
      return {
        request: () => world.server.call("GET", "auth/token/lookup-self", { token }),
        between: () => world.elsewhere("GET", "auth/token/lookup-self", { token }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([200, 403]);
          expect(await world.lives(token)).toBe(false);
        },
      };
    }));

  it("has two uses, and is used in between: both are gone", () =>
    world.everyWay(async () => {
      const token = await world.made({ num_uses: 2 });
      return {
        request: () => world.server.call("GET", "auth/token/lookup-self", { token }),
        between: () => world.elsewhere("GET", "auth/token/lookup-self", { token }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          expect(await world.lives(token)).toBe(false);
        },
      };
    }));

  it("renews itself, and again in between: lives as long as one of both said", () =>
    world.everyWay(async () => {
      const token = await world.made();
      return {
        request: () => world.server.call("POST", "auth/token/renew-self", { token, body: { increment: 1000 } }),
        between: () => world.elsewhere("POST", "auth/token/renew-self", { token, body: { increment: 2000 } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          const { data } = await world.server.call("GET", "auth/token/lookup-self", { token });
          expect([1000, 2000]).toContain(data["ttl"]);
        },
      };
    }));
});
