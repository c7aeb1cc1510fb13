import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { entityIn, makeWorld, metadataIn, tokenIn, type World } from "./world.ts";

/** Logins by AppRole, while what they are judged by changes. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.server.dynamo.close());

describe("a login by AppRole", () => {
  const roleWith = async (fields: object = {}, uses = 1) => {
    const name = world.next();
    const at = `auth/approle/role/${name}`;
    await world.server.call("POST", at, { body: { role_id: name, token_policies: "app", ...fields } });
    const { data } = await world.server.call("POST", `${at}/secret-id`, { body: { num_uses: uses } });
    const secret_id = String(data["secret_id"]);
    const body = { role_id: name, secret_id };
    return {
      name,
      at,
      secret_id,
      accessor: String(data["secret_id_accessor"]),
      login: () => world.server.call("POST", "auth/approle/login", { token: null, body }),
      again: () => world.elsewhere("POST", "auth/approle/login", { token: null, body }),
    };
  };
  type Role = Awaited<ReturnType<typeof roleWith>>;
  const entityOf = async (role: Role): Promise<string> => {
    const { accessor } = (await world.server.call("GET", "sys/auth/approle")).data;
    const { data } = await world.server.call("POST", "identity/lookup/entity", {
      body: { alias_name: role.name, alias_mount_accessor: accessor },
    });
    return String(data["id"]);
  };
  /** A role that has an entity. */
  const known = async () => {
    const role = await roleWith({}, 5);
    const token = tokenIn(await role.login());
    return { role, token, entity: await entityOf(role) };
  };
  const newEntity = async (): Promise<string> =>
    String((await world.server.call("POST", "identity/entity", { body: { name: world.next() } })).data["id"]);
  const merge = (from: string, to: string) =>
    world.elsewhere("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: to } });
  const makeAgain = async (role: Role) => {
    await world.elsewhere("DELETE", role.at);
    return world.elsewhere("POST", role.at, { body: { role_id: role.name } });
  };
  const isOf = async (at: string, secret_id: unknown): Promise<boolean> =>
    (await world.server.call("POST", `${at}/secret-id/lookup`, { body: { secret_id } })).status === 200;
  const refusing: readonly (readonly [string, (role: Role) => ReturnType<World["elsewhere"]>])[] = [
    [
      "its secret id is destroyed",
      ({ at, secret_id }) => world.elsewhere("POST", `${at}/secret-id/destroy`, { body: { secret_id } }),
    ],
    [
      "its secret id is destroyed by accessor",
      ({ at, accessor }) =>
        world.elsewhere("POST", `${at}/secret-id-accessor/destroy`, { body: { secret_id_accessor: accessor } }),
    ],
    ["its last use is spent", ({ again }) => again()],
  ];

  it.each(refusing)("with one use, while %s: is refused", (_name, change) =>
    world.everyWay(async () => {
      const role = await roleWith();
      return {
        request: role.login,
        between: () => change(role),
        holds: async (answer) => {
          expect([answer.status, answer.body["errors"]]).toEqual([400, ["invalid role or secret ID"]]);
        },
      };
    }),
  );

  it("whose entity is disabled meanwhile: has no token that works", () =>
    world.everyWay(async () => {
      const { role, entity } = await known();
      return {
        request: role.login,
        between: () => world.elsewhere("POST", `identity/entity/id/${entity}`, { body: { disabled: true } }),
        holds: async (answer) => {
          expect(answer.status).toBe(403);
        },
      };
    }));

  it("whose entity is removed meanwhile: has a token of an entity that is there", () =>
    world.everyWay(async () => {
      const { role, entity } = await known();
      return {
        request: role.login,
        between: () => world.elsewhere("DELETE", `identity/entity/id/${entity}`),
        holds: async (answer) => {
          expect(answer.status).toBe(200);
          expect(entityIn(answer)).not.toBe(entity);
          expect(await world.lives(tokenIn(answer))).toBe(true);
        },
      };
    }));

  it("whose alias goes to another entity meanwhile: has a token of the one that it is of then", () =>
    world.everyWay(async () => {
      const { role, entity } = await known();
      const to = await newEntity();
      const { data } = await world.server.call("GET", `identity/entity/id/${entity}`);
      const [alias] = data["aliases"] as readonly { readonly id: string }[];
      return {
        request: role.login,
        between: () => world.elsewhere("POST", "identity/entity-alias", { body: { id: alias?.id, canonical_id: to } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          expect(entityIn(answer)).toBe(to);
        },
      };
    }));

  it("whose entity is merged into another meanwhile: has a token of that one", () =>
    world.everyWay(async () => {
      const { role, entity } = await known();
      const to = await newEntity();
      return {
        request: role.login,
        between: () => merge(entity, to),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 204]);
          expect(entityIn(answer)).toBe(to);
        },
      };
    }));

  it("whose token renews itself while its entity is merged into another, or disabled: is of the other, or refused", () =>
    world.everyWay(async () => {
      const { token, entity } = await known();
      const to = await newEntity();
      return {
        request: () => world.server.call("POST", "auth/token/renew-self", { token }),
        between: async () => {
          await merge(entity, to);
          return world.elsewhere("POST", `identity/entity/id/${to}`, { body: { disabled: true } });
        },
        holds: async (answer) => {
          expect([200, 403]).toContain(answer.status);
          expect(await world.lives(token)).toBe(false);
          await world.server.call("POST", `identity/entity/id/${to}`, { body: { disabled: false } });
          expect(await world.lives(token)).toBe(true);
        },
      };
    }));

  it("with a secret id that is made while the role is removed: is refused", () =>
    world.everyWay(async () => {
      const role = await roleWith({}, 0);
      return {
        request: () => world.server.call("POST", `${role.at}/secret-id`),
        between: () => makeAgain(role),
        holds: async (answer, between) => {
          expect(between?.status).toBe(204);
          const body = { role_id: role.name, secret_id: answer.data["secret_id"] ?? role.secret_id };
          const login = await world.server.call("POST", "auth/approle/login", { token: null, body });
          // Made for the new role, or good for nothing.
          expect(login.status).toBe(answer.status === 200 && (await isOf(role.at, body.secret_id)) ? 200 : 400);
        },
      };
    }));

  it("for the first time, and once more in between: both are one entity", () =>
    world.everyWay(async () => {
      const role = await roleWith({}, 2);
      let second = "";
      return {
        request: role.login,
        between: async () => {
          const answered = await role.again();
          second = entityIn(answered);
          return answered;
        },
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          expect(entityIn(answer)).toBe(second);
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it("whose role id goes to another role meanwhile: has a token of a role it was of", () =>
    world.everyWay(async () => {
      const role = await roleWith({}, 0);
      await role.login();
      const other = await roleWith({}, 0);
      return {
        request: role.login,
        between: async () => {
          await world.elsewhere("POST", role.at, { body: { role_id: `${role.name}-before` } });
          return world.elsewhere("POST", other.at, { body: { role_id: role.name } });
        },
        holds: async (answer) => {
          if (answer.status === 200) {
            expect(metadataIn(answer)).toEqual({ role_name: role.name });
          } else expect(answer.status).toBe(400);
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it("while its role is removed and made again: its secret id is good for nothing afterwards", () =>
    world.everyWay(async () => {
      const role = await roleWith({}, 0);
      return {
        request: role.login,
        between: () => makeAgain(role),
        holds: async () => {
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it.each([0, 1])("with %i uses, while its name is locked out: is refused by the lock, and costs nothing", (uses) =>
    world.everyWay(async () => {
      const role = await roleWith({}, uses);
      return {
        request: role.login,
        between: async () => {
          const guess = () =>
            world.elsewhere("POST", "auth/approle/login", {
              token: null,
              body: { role_id: role.name, secret_id: "no" },
            });
          for (let left = 4; left > 0; left -= 1) await guess();
          return guess();
        },
        holds: async (answer) => {
          expect([answer.status, answer.body["errors"]]).toEqual([403, ["permission denied"]]);
          await world.elsewhere(
            "POST",
            `sys/locked-users/${String((await world.server.call("GET", "sys/auth/approle")).data["accessor"])}/unlock/${role.name}`,
          );
          expect((await role.login()).status).toBe(200);
        },
      };
    }),
  );
});
