import type { Snapshot } from "../config/types.ts";
import type { Entity, Group } from "./model.ts";
import { aliasKey, foldName } from "./names.ts";
import type { EntityView } from "./types.ts";

/**
 * What a request sees of an entity: its groups and policies, by the groups' definitions of the request's snapshot.
 * Pure; nothing here is remembered longer than the snapshot.
 */

type Groups = Pick<Snapshot, "groups">;

/** Lookups over a snapshot's groups. */
export interface GroupIndex {
  readonly byName: ReadonlyMap<string, Group>;
  readonly byAliasId: ReadonlyMap<string, Group>;
  readonly byAliasKey: ReadonlyMap<string, Group>;
  /** The groups a group is a member of. */
  readonly parents: ReadonlyMap<string, readonly Group[]>;
}

const indexes = new WeakMap<Snapshot["groups"], GroupIndex>();

/** Made once per snapshot, so that a request's cost does not grow with the number of groups. */
export const groupIndex = ({ groups }: Groups): GroupIndex => {
  const known = indexes.get(groups);
  if (known) return known;
  const byName = new Map<string, Group>();
  const byAliasId = new Map<string, Group>();
  const byAliasKey = new Map<string, Group>();
  const parents = new Map<string, Group[]>();
  for (const group of groups.values()) {
    byName.set(foldName(group.name), group);
    if (group.alias) {
      byAliasId.set(group.alias.id, group);
      byAliasKey.set(aliasKey(group.alias.mountAccessor, group.alias.name), group);
    }
    for (const member of group.memberGroupIds) {
      const above = parents.get(member);
      if (above) above.push(group);
      else parents.set(member, [group]);
    }
  }
  const index = { byName, byAliasId, byAliasKey, parents };
  indexes.set(groups, index);
  return index;
};

/** The groups that name the entity itself. */
export const directGroups = (entity: Entity, { groups }: Groups): readonly Group[] =>
  entity.memberships.flatMap(({ group, generation }) => {
    const found = groups.get(group);
    return found?.generation === generation ? [found] : [];
  });

/** Those groups and every group above them, each once; a circle ends where it began. */
export const allGroups = (direct: readonly Group[], snapshot: Groups): readonly Group[] => {
  const { parents } = groupIndex(snapshot);
  const found = new Map<string, Group>();
  const waiting = [...direct];
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    if (found.has(group.id)) continue;
    found.set(group.id, group);
    waiting.push(...(parents.get(group.id) ?? []));
  }
  return [...found.values()];
};

export const viewOf = (entity: Entity, snapshot: Groups): EntityView => {
  const groups = allGroups(directGroups(entity, snapshot), snapshot);
  return {
    id: entity.id,
    name: entity.name,
    disabled: entity.disabled,
    metadata: entity.metadata ?? {},
    policies: entity.policies,
    aliases: entity.aliases,
    groups: groups.map(({ id, name, metadata }) => ({ id, name, metadata: metadata ?? {} })),
    mergedIds: entity.mergedEntityIds,
    mfaSecrets: entity.mfaSecrets ?? {},
    allPolicies: [...new Set([...entity.policies, ...groups.flatMap((group) => group.policies ?? [])])].sort(),
  };
};

/** External groups of one mount by folded alias name. */
export const externalGroups = (snapshot: Groups, mountAccessor: string): ReadonlyMap<string, Group> => {
  const found = new Map<string, Group>();
  for (const group of snapshot.groups.values()) {
    if (group.type !== "external" || group.alias?.mountAccessor !== mountAccessor) continue;
    found.set(foldName(group.alias.name), group);
  }
  return found;
};
