import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { GroupAliasInput } from "../../core/identity/group-aliases.ts";
import type { IdentityStore } from "../../core/identity/store.ts";
import { groupIndex } from "../../core/identity/views.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, Keys, op, path } from "../../framework/index.ts";
import { GroupAliasInfo, GroupAliasShown, groupAliasData, groupAliasInfo } from "./render.ts";
import { groupAliasRights, type SaidByPath } from "./rights.ts";

/** `identity/group-alias*`: what an auth mount calls an external group. */

const Input = z.object({
  id: field.text("id of the alias to change"),
  name: field.text("name at the mount"),
  mount_accessor: field.text("accessor of the mount"),
  canonical_id: field.text("id of the group"),
});

/** Answered when the write made an alias. */
const Saved = z.object({ id: z.string(), canonical_id: z.string() });

export const groupAliasPaths = (core: Core, identity: IdentityStore) => {
  const save = async (input: GroupAliasInput, cx: BackendContext, said: SaidByPath) => {
    const saved = await identity.groupAliases.save(input, groupAliasRights(await rightsOf(core, cx), said));
    return saved && { data: { id: saved.id, canonical_id: saved.group } };
  };

  const read = async (id: string) => {
    const snapshot = await core.config.snapshot();
    const group = groupIndex(snapshot).byAliasId.get(id);
    if (!group?.alias) return undefined;
    const data = groupAliasData(group.alias, group.id, snapshot);
    return { data: { ...data, custom_metadata: null, local: false, namespace_id: "root" } };
  };

  const list = async () => {
    const snapshot = await core.config.snapshot();
    const found = [...groupIndex(snapshot).byAliasId].sort(([a], [b]) => (a < b ? -1 : 1));
    const info = found.flatMap(([id, group]) =>
      group.alias ? [[id, groupAliasInfo(group.alias, group.id, snapshot)] as const] : [],
    );
    return { data: { keys: found.map(([id]) => id), key_info: Object.fromEntries(info) } };
  };

  return [
    path("group-alias", {
      summary: "make a group alias, or change one by id",
      params: {},
      ops: {
        update: op({
          summary: "create or change a group alias",
          answers: [Saved, "nothing"],
          input: Input,
          handle: ({ input }, cx) => save(input, cx, "nothing"),
        }),
      },
    }),
    path("group-alias/id", {
      summary: "ids of the group aliases",
      params: {},
      ops: {
        list: op({
          summary: "list group aliases by id",
          answers: Keys.extend({ key_info: z.record(z.string(), GroupAliasInfo) }),
          handle: list,
        }),
      },
    }),
    path("group-alias/id/{id}", {
      summary: "a group alias by id",
      params: { id: "id of the alias" },
      ops: {
        read: op({ summary: "read a group alias", answers: GroupAliasShown, handle: ({ params }) => read(params.id) }),
        update: op({
          summary: "change a group alias",
          answers: [Saved, "nothing"],
          input: Input,
          handle: ({ params, input }, cx) => save({ ...input, id: params.id }, cx, "id"),
        }),
        delete: op({
          summary: "delete a group alias",
          answers: "nothing",
          handle: async ({ params }) => {
            await identity.groupAliases.remove(params.id);
            return undefined;
          },
        }),
      },
    }),
  ];
};
