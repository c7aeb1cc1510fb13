import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { AliasInput } from "../../core/identity/aliases.ts";
import type { IdentityStore } from "../../core/identity/store.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, Keys, op, path } from "../../framework/index.ts";
import { AliasInfo, AliasShown, aliasData, aliasInfo } from "./render.ts";
import { aliasRights, type SaidByPath } from "./rights.ts";

/** `identity/entity-alias*`, and `identity/persona*` as it was called first. */

const Input = z.object({
  id: field.text("id of the alias to change"),
  name: field.text("name at the mount"),
  mount_accessor: field.text("accessor of the mount"),
  canonical_id: field.text("id of the entity"),
  entity_id: field.text("older name of canonical_id"),
  custom_metadata: field.keyValues("pairs kept with the alias; replaced as a whole"),
});

/** Answered when the write made or moved an alias. */
const Saved = z.object({ id: z.string(), canonical_id: z.string() });

export const entityAliasPaths = (core: Core, identity: IdentityStore) => {
  const save = async (input: z.output<typeof Input>, cx: BackendContext, said: SaidByPath) => {
    const given: AliasInput = { ...input, canonical_id: input.canonical_id || input.entity_id };
    const saved = await identity.aliases.save(given, aliasRights(await rightsOf(core, cx), said));
    return saved && { data: { id: saved.id, canonical_id: saved.entity } };
  };

  const read = async (id: string) => {
    const stored = await identity.entities.byAliasId(id);
    const alias = stored?.entity.aliases.find((one) => one.id === id);
    if (!stored || !alias) return undefined;
    return { data: { ...aliasData(alias, stored.entity.id, await core.config.snapshot()), namespace_id: "root" } };
  };

  const list = async () => {
    const snapshot = await core.config.snapshot();
    const found = (await identity.entities.list()).flatMap((entity) =>
      entity.aliases.map((alias) => [alias.id, aliasInfo(alias, entity.id, snapshot)] as const),
    );
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    return { data: { keys: found.map(([id]) => id), key_info: Object.fromEntries(found) } };
  };

  const spelled = (prefix: "entity-alias" | "persona") => [
    path(prefix, {
      summary: "make an alias, or change one by mount and name",
      params: {},
      ops: {
        update: op({
          summary: "create or change an alias",
          answers: [Saved, "nothing"],
          input: Input,
          handle: ({ input }, cx) => save(input, cx, "nothing"),
        }),
      },
    }),
    path(`${prefix}/id`, {
      summary: "ids of the aliases",
      params: {},
      ops: {
        list: op({
          summary: "list aliases by id",
          answers: Keys.extend({ key_info: z.record(z.string(), AliasInfo) }),
          handle: list,
        }),
      },
    }),
    path(`${prefix}/id/{id}`, {
      summary: "an alias by id",
      params: { id: "id of the alias" },
      ops: {
        read: op({
          summary: "read an alias",
          answers: AliasShown.extend({ namespace_id: z.string() }),
          handle: ({ params }) => read(params.id),
        }),
        update: op({
          summary: "change an alias",
          answers: [Saved, "nothing"],
          input: Input,
          handle: ({ params, input }, cx) => save({ ...input, id: params.id }, cx, "id"),
        }),
        delete: op({
          summary: "delete an alias",
          answers: "nothing",
          handle: async ({ params }) => {
            await identity.aliases.remove(params.id);
            return undefined;
          },
        }),
      },
    }),
  ];
  return [...spelled("entity-alias"), ...spelled("persona")];
};
