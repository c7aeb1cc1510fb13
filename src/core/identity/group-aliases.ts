import { invalidRequest } from "../../framework/index.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { type Clock, rfc3339 } from "../../std/time.ts";
import type { Snapshot } from "../config/types.ts";
import { mountByAccessor } from "../mounts/find.ts";
import type { Group, GroupAlias } from "./model.ts";
import { aliasKey } from "./names.ts";
import type { Turns } from "./turns.ts";
import { groupIndex } from "./views.ts";

/** Aliases of external groups: the name by which an auth mount reports the group. A group has at most one. */

export interface GroupAliasInput {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly mount_accessor?: string | undefined;
  readonly canonical_id?: string | undefined;
}

/** As for aliases of entities: the right to a group is required whenever the logins that make its members change. */
export interface GroupAliasRights {
  /** An alias that exists and is about to change. */
  alias(id: string): void;
  group(found: Group): void;
}

const external = (snapshot: Snapshot, id: string): Group => {
  const group = snapshot.groups.get(id);
  if (!group) throw invalidRequest("invalid group ID given in 'canonical_id'");
  if (group.type !== "external") throw invalidRequest("alias can't be set on an internal group");
  return group;
};

const checkMount = (snapshot: Snapshot, accessor: string): void => {
  const mount = mountByAccessor(snapshot, accessor);
  if (!mount) throw invalidRequest(`invalid mount accessor ${shown(accessor)}`);
  if (mount.local) throw invalidRequest(`mount accessor ${shown(accessor)} is a local mount`);
};

/** The group with the alias of this id; `undefined` where a request names none. */
const holderOf = (byAliasId: ReadonlyMap<string, Group>, id: string | undefined): Group | undefined => {
  if (id === undefined) return undefined;
  if (id === "") throw invalidRequest("empty group alias ID");
  const holder = byAliasId.get(id);
  if (!holder?.alias) throw invalidRequest("invalid group alias ID");
  return holder;
};

const namesIn = (input: GroupAliasInput) => {
  const { name = "", mount_accessor: accessor = "", canonical_id: canonical = "" } = input;
  if (name === "") throw invalidRequest("missing alias name");
  if (accessor === "") throw invalidRequest("missing mount_accessor");
  return { name, accessor, canonical };
};

/** Asks for both groups: the one that has the alias and the one that gets it. */
const askFor = (rights: GroupAliasRights, holder: Group | undefined, wanted: Group | undefined): void => {
  if (holder) rights.group(holder);
  if (wanted && wanted.id !== holder?.id) rights.group(wanted);
};

const checkFree = (taken: GroupAlias | undefined, before: GroupAlias | undefined): void => {
  if (taken && taken.id !== before?.id) {
    throw invalidRequest("combination of mount and group alias name is already in use");
  }
};

export const createGroupAliases = (options: {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly turns: Turns;
  readonly newGroup: (given: Partial<Group>) => Group;
}) => {
  const { clock, random, turns, newGroup } = options;

  const withAlias = (group: Group, alias: GroupAlias | undefined): Group => {
    const { alias: _before, ...rest } = group;
    const stamped = { ...rest, lastUpdateTime: rfc3339(clock.now()), modifyIndex: group.modifyIndex + 1 };
    return alias ? { ...stamped, alias } : stamped;
  };

  const changed = (before: GroupAlias | undefined, name: string, mountAccessor: string): GroupAlias => {
    const now = rfc3339(clock.now());
    const { id = uuid(random), creationTime = now } = before ?? {};
    return { id, name, mountAccessor, creationTime, lastUpdateTime: now };
  };

  /** The group that gets the alias, and the one that loses it. */
  const definitions = async (group: Group, holder: Group | undefined) => {
    const got = await turns.definition(group.id, group);
    if (!holder || holder.id === group.id) return [got];
    return [got, await turns.definition(holder.id, withAlias(holder, undefined))];
  };

  /** `undefined`: nothing to change. Throws with Vault's texts. */
  const save = (
    input: GroupAliasInput,
    rights: GroupAliasRights,
  ): Promise<{ readonly id: string; readonly group: string } | undefined> =>
    turns.take(async ({ snapshot, commit }) => {
      const { byAliasId, byAliasKey } = groupIndex(snapshot);
      const holder = holderOf(byAliasId, input.id);
      const before = holder?.alias;
      if (before) rights.alias(before.id);
      const { name, accessor, canonical } = namesIn(input);
      const stays = canonical === "" || canonical === holder?.id;
      if (before?.name === name && before.mountAccessor === accessor && stays) return undefined;
      const wanted = canonical === "" ? holder : external(snapshot, canonical);
      askFor(rights, holder, wanted);
      checkMount(snapshot, accessor);
      checkFree(byAliasKey.get(aliasKey(accessor, name))?.alias, before);
      const alias = changed(before, name, accessor);
      const group = withAlias(wanted ?? newGroup({ type: "external" }), alias);
      await commit(await definitions(group, holder));
      return { id: alias.id, group: group.id };
    });

  const remove = (id: string): Promise<void> =>
    turns.take(async ({ snapshot, commit }) => {
      const group = groupIndex(snapshot).byAliasId.get(id);
      if (group) await commit([await turns.definition(group.id, withAlias(group, undefined))]);
    });

  return { save, remove };
};
