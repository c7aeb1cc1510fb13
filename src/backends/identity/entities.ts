import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { IdentityStore } from "../../core/identity/index.ts";
import type { EntityInput } from "../../core/identity/registry.ts";
import { field, invalidRequest, op, path, type Reply } from "../../framework/index.ts";
import { entityData, entityInfo } from "./render.ts";
import { respectDenials } from "./rights.ts";

/** `identity/entity*`: entities by id and by name, several deleted or merged at once. */

const fields = {
  metadata: field.keyValues("pairs kept with the entity; replaced as a whole"),
  policies: field.commaList("policies of the entity's tokens"),
  disabled: field.flag("refuse the entity's tokens, without revoking them"),
};
const id = field.text("id of the entity to change");
const name = field.text("name of the entity");

export const entityPaths = (core: Core, identity: IdentityStore) => {
  const save = async (input: EntityInput) => {
    const { entity, created } = await identity.registry.save(input);
    if (!created) return undefined;
    const aliases = entity.aliases.map((alias) => alias.id);
    return { data: { id: entity.id, name: entity.name, aliases: aliases.length === 0 ? null : aliases } };
  };

  const show = async (stored: Awaited<ReturnType<typeof identity.entities.load>>) =>
    stored && { data: entityData(stored.entity, await core.config.snapshot()) };

  const list = async (by: "id" | "name"): Promise<Reply<object>> => {
    const snapshot = await core.config.snapshot();
    const found = [...(await identity.entities.list())].sort((a, b) => (a[by] < b[by] ? -1 : 1));
    const keys = found.map((entity) => entity[by]);
    if (by === "name") return { data: { keys } };
    const info = found.map((entity) => [entity.id, entityInfo(entity, snapshot)]);
    return { data: { keys, key_info: Object.fromEntries(info) } };
  };

  return [
    path("entity", {
      summary: "make an entity, or change one by id or name",
      params: {},
      ops: {
        update: op({
          summary: "create or change an entity",
          input: z.object({ id, name, ...fields }),
          handle: ({ input }) => save(input),
        }),
      },
    }),
    path("entity/id", {
      summary: "ids of the entities",
      params: {},
      ops: { list: op({ summary: "list entities by id", handle: () => list("id") }) },
    }),
    path("entity/id/{id}", {
      summary: "an entity by id",
      params: { id: "id of the entity" },
      ops: {
        read: op({
          summary: "read an entity",
          handle: async ({ params }) => show(await identity.entities.load(params.id)),
        }),
        update: op({
          summary: "change an entity",
          input: z.object({ id, name, ...fields }),
          handle: ({ input }) => save(input),
        }),
        delete: op({
          summary: "delete an entity with its aliases and memberships",
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
      ops: { list: op({ summary: "list entities by name", handle: () => list("name") }) },
    }),
    path("entity/name/{name+}", {
      summary: "an entity by name",
      params: { name: "name of the entity" },
      ops: {
        read: op({
          summary: "read an entity",
          handle: async ({ params }) => show(await identity.entities.byName(params.name)),
        }),
        update: op({
          summary: "create or change an entity",
          input: z.object({ id, name, ...fields }),
          handle: ({ input }) => save(input),
        }),
        delete: op({
          summary: "delete an entity with its aliases and memberships",
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
          summary: "delete entities; unknown ids do not matter",
          input: z.object({ entity_ids: field.commaList("ids of the entities") }),
          handle: async ({ input }, cx) => {
            const ids = [...new Set(input.entity_ids ?? [])];
            if (ids.length === 0) throw invalidRequest("missing entity ids to delete");
            await respectDenials(core, cx, ids, "delete");
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
          input: z.object({
            from_entity_ids: field.commaList("entities that become part of the other"),
            to_entity_id: field.text("entity that stays"),
            force: field.flag("for MFA secrets, which entities here do not have"),
            conflicting_alias_ids_to_keep: field.commaList("which alias stays where both sides have one on a mount"),
          }),
          handle: async ({ input }, cx) => {
            const { to_entity_id: to, from_entity_ids: from } = input;
            await respectDenials(core, cx, [...(to ? [to] : []), ...(from ?? [])], "update");
            await identity.merge(input);
            return undefined;
          },
        }),
      },
    }),
  ];
};
