import { createEntities } from "../../../src/core/identity/entities.ts";
import type { Entity, Group } from "../../../src/core/identity/model.ts";
import { toSealed } from "../../../src/core/sealed.ts";
import { rfc3339 } from "../../../src/std/time.ts";
import type { Write } from "../../../src/storage/store.ts";
import { kvView, secret } from "./fill.ts";
import { always, type Series } from "./series.ts";
import { makeToken, policy } from "./tokens.ts";
import type { World } from "./world.ts";

/** Entities and groups. */

const group = (world: World, id: string, given: Partial<Group>): Group => ({
  id,
  name: id,
  type: "internal",
  policies: ["app"],
  metadata: null,
  memberGroupIds: [],
  membersGiven: true,
  generation: "generation01",
  creationTime: rfc3339(world.core.clock.now()),
  lastUpdateTime: rfc3339(world.core.clock.now()),
  modifyIndex: 1,
  ...given,
});

/** Ids are as long as those the product makes. */
const groupId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const define = (world: World, one: Group): Promise<Write> =>
  world.core.config.row("group", one.id, toSealed(one), "any");

const ENTITY = "10000000-0000-4000-8000-000000000000";
const APP = 'path "secret/*" { capabilities = ["create", "read", "update", "list"] }';

const furnished = async (world: World): Promise<void> => {
  const view = await kvView(world);
  await world.bulk(secret(view, "app", world.core.clock.now()));
  await policy(world, "app", APP);
};

const entityWith = async (world: World, id: string, given: Partial<Entity>): Promise<readonly Write[]> => {
  const entities = createEntities(world.core);
  return entities.creation(entities.fresh({ id, name: `entity-${id}`, ...given }));
};

const memberOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ group: groupId(from + at), generation: "generation01" }));

const IN_ITS_ITEM = "An entity's item has its memberships, some 75 bytes each, and every request reads it.";
const memberships = (size: number) => ({ calls: 2, reads: 6 + Math.ceil(size / 45), writes: 0 });

/** A request of an entity that is in all the groups there are. */
export const member: Series = {
  name: "Groups of an entity",
  grows: "groups the entity is in",
  sizes: [10, 100, 1000, 10_000],
  few: [10, 100, 1000],
  make: async (world) => {
    await furnished(world);
    let direct = "";
    let nested = "";
    let round = 0;
    return {
      grow: async (from, to) => {
        async function* definitions(): AsyncGenerator<Write> {
          // The groups of the second half of ids have the one group of the nested member in them.
          for (let at = from; at < to; at += 1) {
            yield await define(world, group(world, groupId(at), {}));
            yield await define(world, group(world, groupId(50_000 + at), { memberGroupIds: [groupId(40_000)] }));
          }
          if (from === 0) yield await define(world, group(world, groupId(40_000), {}));
        }
        await world.bulk(definitions());
        await world.reconfigure();
        round += 1;
        const ids = [1, 2].map((which) => `${ENTITY.slice(0, -2)}${round}${which}`);
        await world.bulk(await entityWith(world, ids[0] ?? "", { memberships: memberOf(0, to) }));
        await world.bulk(await entityWith(world, ids[1] ?? "", { memberships: memberOf(40_000, 40_001) }));
        direct = await makeToken(world, ["default"], { entityId: ids[0] ?? "" });
        nested = await makeToken(world, ["default"], { entityId: ids[1] ?? "" });
      },
      operations: [
        {
          name: "KV read, a member of all",
          run: () => world.call("GET", "secret/data/app", { token: direct }),
          budget: memberships,
          because: IN_ITS_ITEM,
        },
        {
          name: "KV read, through one group that is in all",
          run: () => world.call("GET", "secret/data/app", { token: nested }),
          budget: always(1, 4, 0),
        },
      ],
    };
  },
};

/** A request of an entity in one group, by how many groups others are in. */
export const groups: Series = {
  name: "Groups in the configuration",
  grows: "groups defined",
  sizes: [10, 100, 1000, 10_000],
  few: [10, 100, 1000],
  make: async (world) => {
    await furnished(world);
    const auth = await world.mount("auth", "bench", "auth/bench/");
    let holder = "";
    return {
      grow: async (from, to) => {
        async function* definitions(): AsyncGenerator<Write> {
          for (let at = from; at < to; at += 1) {
            const times = {
              creationTime: rfc3339(world.core.clock.now()),
              lastUpdateTime: rfc3339(world.core.clock.now()),
            };
            const alias = { id: `alias-${at}`, name: `team-${at}`, mountAccessor: auth.info.accessor, ...times };
            yield await define(world, group(world, groupId(at), { type: "external", alias }));
          }
        }
        await world.bulk(definitions());
        await world.reconfigure();
        if (from === 0) {
          await world.bulk(await entityWith(world, ENTITY, { memberships: memberOf(0, 1) }));
          holder = await makeToken(world, ["default"], { entityId: ENTITY });
        }
      },
      operations: [
        {
          name: "KV read of a member",
          run: () => world.call("GET", "secret/data/app", { token: holder }),
          budget: always(1, 4, 0),
        },
        {
          name: "login that reports three groups",
          run: () =>
            world.call("POST", "auth/bench/login/ada", { token: "", body: { groups: "team-1,team-2,team-3" } }),
          budget: always(4, 4, 12),
        },
        {
          name: "group look-up by name",
          run: () => world.call("POST", "identity/lookup/group", { body: { name: groupId(3) } }),
          budget: always(2, 4, 0),
        },
        {
          name: "LIST of groups by id",
          run: () => world.call("LIST", "identity/group/id"),
          budget: (size) => ({ calls: 2 + size, reads: 4 + size, writes: 0 }),
          because: "The answer has every group with the number of its members, which are rows of the group.",
        },
      ],
    };
  },
};

export const entities: Series = {
  name: "Entities in the table",
  grows: "entities",
  sizes: [10, 100, 1000, 10_000, 100_000],
  few: [10, 100, 1000],
  make: async (world) => {
    await furnished(world);
    const auth = await world.mount("auth", "bench", "auth/bench/");
    const made = createEntities(world.core);
    const id = (number: number): string => `20000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    async function* many(from: number, to: number): AsyncGenerator<Write> {
      for (let at = from; at < to; at += 1) {
        const alias = made.newAlias({ name: `user-${at}`, mountAccessor: auth.info.accessor });
        yield* await made.creation(
          made.fresh({ id: id(at), name: `entity-${at}`, policies: ["app"], aliases: [alias] }),
        );
      }
    }
    let holder = "";
    return {
      grow: async (from, to) => {
        await world.bulk(many(from, to));
        if (from === 0) holder = await makeToken(world, ["default"], { entityId: id(3) });
      },
      operations: [
        {
          name: "KV read",
          run: () => world.call("GET", "secret/data/app", { token: holder }),
          budget: always(1, 4, 0),
        },
        { name: "entity by id", run: () => world.call("GET", `identity/entity/id/${id(3)}`), budget: always(2, 3, 0) },
        {
          name: "entity by name",
          run: () => world.call("GET", "identity/entity/name/entity-3"),
          budget: always(3, 4, 0),
        },
        {
          name: "entity by alias",
          run: () =>
            world.call("POST", "identity/lookup/entity", {
              body: { alias_name: "user-3", alias_mount_accessor: auth.info.accessor },
            }),
          budget: always(3, 4, 0),
        },
        {
          name: "login",
          run: () => world.call("POST", "auth/bench/login/user-3", { token: "" }),
          budget: always(4, 4, 12),
        },
        {
          name: "LIST of entities by id",
          upTo: 10_000,
          run: () => world.call("LIST", "identity/entity/id"),
          budget: (size) => ({ calls: 4 + size / 90, reads: 4 + 1.2 * size, writes: 0 }),
          because: "The answer has every entity with its name and aliases, which are in its item.",
        },
      ],
    };
  },
};
