import { z } from "zod";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import type { GroupInput, Which } from "../../core/identity/groups.ts";
import type { Group } from "../../core/identity/model.ts";
import type { IdentityStore } from "../../core/identity/store.ts";
import { groupIndex } from "../../core/identity/views.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, folded, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { workThrough } from "../../std/pool.ts";
import { GroupInfo, GroupShown, groupData, groupInfo } from "./render.ts";
import { groupRights, type SaidByPath } from "./rights.ts";

/** `identity/group*`: groups by id and by name. */

const Input = z.object({
  id: field.text("id of the group to change"),
  name: field.text("name of the group"),
  type: field.text("internal or external; fixed once made"),
  policies: field.commaList("policies of the members' tokens"),
  metadata: field.keyValues("pairs kept with the group; replaced as a whole"),
  member_entity_ids: field.commaList("all entities of the group"),
  member_group_ids: field.commaList("all groups of the group"),
});

/** Groups whose members are counted side by side. */
const WIDTH = 16;

/** Answered when the write made a group. */
const Made = z.object({ id: z.string(), name: z.string() });

export const groupPaths = (core: Core, identity: IdentityStore) => {
  const save = async (which: Which, input: GroupInput, cx: BackendContext, said: SaidByPath) => {
    const { group, created } = await identity.groups.save(which, input, groupRights(await rightsOf(core, cx), said));
    await identity.groups.resume();
    return created ? { data: { id: group.id, name: group.name } } : undefined;
  };

  const byId = (id: string, input: GroupInput, cx: BackendContext, said: SaidByPath) => {
    if (id === "") throw invalidRequest("empty group ID");
    return save({ id }, input, cx, said);
  };
  const byName = (name: string, input: GroupInput, cx: BackendContext, said: SaidByPath) => {
    if (name === "") throw invalidRequest("empty group name");
    return save({ name }, input, cx, said);
  };

  const show = async (find: (groups: ReturnType<typeof groupIndex>) => Group | undefined) => {
    const snapshot = await core.config.snapshot();
    const group = find(groupIndex(snapshot));
    return group && { data: groupData(group, await identity.members.list(group), snapshot) };
  };
  const readById = async (id: string) => {
    const group = (await core.config.snapshot()).groups.get(id);
    return show(() => group);
  };

  const remove = async (which: { readonly id: string } | { readonly name: string }) => {
    await identity.groups.remove(which);
    await identity.groups.resume();
    return undefined;
  };

  const sorted = (snapshot: Snapshot, by: "id" | "name"): Group[] =>
    [...snapshot.groups.values()].sort((a, b) => (a[by] < b[by] ? -1 : 1));

  const listById = async () => {
    const snapshot = await core.config.snapshot();
    const found = sorted(snapshot, "id");
    const members = new Map<string, number>();
    await workThrough(found, WIDTH, async (group) => {
      members.set(group.id, (await identity.members.list(group)).length);
    });
    const info = found.map((group) => [group.id, groupInfo(group, members.get(group.id) ?? 0, snapshot)] as const);
    return { data: { keys: found.map(({ id }) => id), key_info: Object.fromEntries(info) } };
  };

  const listByName = async () => {
    const found = sorted(await core.config.snapshot(), "name");
    return { data: { keys: found.map(({ name }) => name) } };
  };

  return [
    path("group", {
      summary: "make a group, or change one by id or name",
      params: {},
      ops: {
        update: op({
          summary: "create or change a group",
          answers: [Made, "nothing"],
          input: Input,
          handle: ({ input }, cx) => {
            if (input.id !== undefined) return byId(input.id, input, cx, "nothing");
            if (input.name !== undefined) return byName(input.name, input, cx, "nothing");
            return save(undefined, input, cx, "nothing");
          },
        }),
      },
    }),
    path("group/id", {
      summary: "ids of the groups",
      params: {},
      ops: {
        list: op({
          summary: "list groups by id",
          answers: Keys.extend({ key_info: z.record(z.string(), GroupInfo) }),
          handle: listById,
        }),
      },
    }),
    path("group/id/{id}", {
      summary: "a group by id",
      params: { id: "id of the group" },
      ops: {
        read: op({ summary: "read a group", answers: GroupShown, handle: ({ params }) => readById(params.id) }),
        update: op({
          summary: "change a group",
          answers: [Made, "nothing"],
          input: Input,
          handle: ({ params, input }, cx) => byId(params.id, input, cx, "id"),
        }),
        delete: op({
          summary: "delete a group",
          answers: "nothing",
          handle: ({ params }) => remove({ id: params.id }),
        }),
      },
    }),
    path("group/name", {
      summary: "names of the groups",
      params: {},
      ops: { list: op({ summary: "list groups by name", answers: Keys, handle: listByName }) },
    }),
    path("group/name/{name+}", {
      summary: "a group by name",
      params: { name: folded("letters", "name of the group; case does not matter") },
      ops: {
        read: op({
          summary: "read a group",
          answers: GroupShown,
          handle: ({ params }) => show((index) => index.byName.get(params.name)),
        }),
        update: op({
          summary: "create or change a group",
          answers: [Made, "nothing"],
          input: Input,
          handle: ({ given, input }, cx) => byName(given.name, { ...input, name: given.name }, cx, "name"),
        }),
        delete: op({
          summary: "delete a group",
          answers: "nothing",
          handle: ({ params }) => remove({ name: params.name }),
        }),
      },
    }),
  ];
};
