import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { EntityInput } from "../../core/identity/registry.ts";
import type { IdentityStore } from "../../core/identity/store.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, folded, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { EntityInfo, EntityShown, entityData, entityInfo } from "./render.ts";
import { entityPathsOf, entityRights, type SaidByPath } from "./rights.ts";

/** `identity/entity*`: entities by id and by name, several deleted or merged at once. */

const fields = {
  metadata: field.keyValues("pairs kept with the entity; replaced as a whole"),
  policies: field.commaList("policies of the entity's tokens"),
  disabled: field.flag("refuse the entity's tokens, without revoking them"),
};
const id = field.text("id of the entity to change");
const name = field.text("name of the entity");

/** Answered when the write made an entity. */
const Made = z.object({ id: z.string(), name: z.string(), aliases: z.array(z.string()).nullable() });

export const entityPaths = (core: Core, identity: IdentityStore) => {
  const save = async (input: EntityInput, cx: BackendContext, said: SaidByPath) => {
    // An id in the body picks the entity unless the path has already; without an id the name does.
    const byBody = said === "nothing" || (said === "name" && input.id !== undefined && input.id !== "");
    const rights = entityRights(await rightsOf(core, cx), said, byBody);
    const { entity, created } = await identity.registry.save(input, rights);
    if (!created) return undefined;
    const aliases = entity.aliases.map((alias) => alias.id);
    return { data: { id: entity.id, name: entity.name, aliases: aliases.length === 0 ? null : aliases } };
  };

  const show = async (stored: Awaited<ReturnType<typeof identity.entities.load>>) =>
    stored && { data: entityData(stored.entity, await core.config.snapshot()) };

  const sorted = async (by: "id" | "name") =>
    [...(await identity.entities.list())].sort((a, b) => (a[by] < b[by] ? -1 : 1));

  const listById = async () => {
    const snapshot = await core.config.snapshot();
    const found = await sorted("id");
    const info = found.map((entity) => [entity.id, entityInfo(entity, snapshot)] as const);
    return { data: { keys: found.map(({ id }) => id), key_info: Object.fromEntries(info) } };
  };

  const listByName = async () => ({ data: { keys: (await sorted("name")).map(({ name }) => name) } });

  return [
    path("entity", {
      summary: "make an entity, or change one by id or name",
      params: {},
      ops: {
        update: op({
          summary: "create or change an entity",
          answers: [Made, "nothing"],
          input: z.object({ id, name, ...fields }),
          handle: ({ input }, cx) => save(input, cx, "nothing"),
        }),
      },
    }),
    path("entity/id", {
      summary: "ids of the entities",
      params: {},
      ops: {
        list: op({
          summary: "list entities by id",
          answers: Keys.extend({ key_info: z.record(z.string(), EntityInfo) }),
          handle: listById,
        }),
      },
    }),
    path("entity/id/{id}", {
      summary: "an entity by id",
      params: { id: "id of the entity" },
      ops: {
        read: op({
          summary: "read an entity",
          answers: EntityShown,
          handle: async ({ params }) => show(await identity.entities.load(params.id)),
        }),
        update: op({
          summary: "change an entity",
          answers: [Made, "nothing"],
          input: z.object({ id, name, ...fields }),
          handle: ({ input }, cx) => save(input, cx, "id"),
        }),
        delete: op({
          summary: "delete an entity with its aliases and memberships",
          answers: "nothing",
          handle: async ({ params }) => {
            await identity.removal.remove(params.id);
            return undefined;
          },
        }),
      },
    }),
    path("entity/name", {
      summary: "names of the entities",
      params: {},
      ops: { list: op({ summary: "list entities by name", answers: Keys, handle: listByName }) },
    }),
    path("entity/name/{name+}", {
      summary: "an entity by name",
      params: { name: folded("letters", "name of the entity; case does not matter") },
      ops: {
        read: op({
          summary: "read an entity",
          answers: EntityShown,
          handle: async ({ params }) => show(await identity.entities.byName(params.name)),
        }),
        update: op({
          summary: "create or change an entity",
          answers: [Made, "nothing"],
          input: z.object({ id, name, ...fields }),
          handle: ({ given, input }, cx) => save({ ...input, name: given.name }, cx, "name"),
        }),
        delete: op({
          summary: "delete an entity with its aliases and memberships",
          answers: "nothing",
          handle: async ({ params }) => {
            const stored = await identity.entities.rowAt(await identity.entities.nameAt(params.name));
            if (stored) await identity.removal.remove(stored.id);
            return undefined;
          },
        }),
      },
    }),
    path("entity/batch-delete", {
      summary: "delete several entities",
      params: {},
      ops: {
        update: op({
          summary: "delete entities; unknown ids are ignored",
          answers: "nothing",
          input: z.object({ entity_ids: field.commaList("ids of the entities") }),
          handle: async ({ input }, cx) => {
            const ids = [...new Set(input.entity_ids ?? [])];
            if (ids.length === 0) throw invalidRequest("missing entity ids to delete");
            const rights = await rightsOf(core, cx);
            for (const found of await identity.entities.many(ids)) {
              if (found) rights.need(entityPathsOf(found.entity), "delete");
            }
            for (const one of ids) await identity.removal.remove(one);
            return undefined;
          },
        }),
      },
    }),
    path("entity/merge", {
      summary: "merge entities into one",
      params: {},
      ops: {
        update: op({
          summary: "merge entities",
          answers: "nothing",
          input: z.object({
            from_entity_ids: field.commaList("entities that become part of the other"),
            to_entity_id: field.text("entity that stays"),
            force: field.flag("merge even if both sides have a key for one MFA method; the survivor's stays"),
            conflicting_alias_ids_to_keep: field.commaList("which alias to keep if both sides have one at a mount"),
          }),
          handle: async ({ input }, cx) => {
            const rights = await rightsOf(core, cx);
            await identity.merge(input, (found) => rights.need(entityPathsOf(found), "update"));
            return undefined;
          },
        }),
      },
    }),
  ];
};
