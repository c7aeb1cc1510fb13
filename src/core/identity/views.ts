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
  /** External groups by the accessor of their alias' mount, and there by its folded name. */
  readonly external: ReadonlyMap<string, ReadonlyMap<string, Group>>;
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
  const external = new Map<string, Map<string, Group>>();
  const parents = new Map<string, Group[]>();
  for (const group of groups.values()) {
    byName.set(foldName(group.name), group);
    if (group.alias) {
      byAliasId.set(group.alias.id, group);
      byAliasKey.set(aliasKey(group.alias.mountAccessor, group.alias.name), group);
      if (group.type === "external") {
        const ofMount = external.get(group.alias.mountAccessor) ?? new Map<string, Group>();
        external.set(group.alias.mountAccessor, ofMount.set(foldName(group.alias.name), group));
      }
    }
    for (const member of group.memberGroupIds) {
      const above = parents.get(member);
      if (above) above.push(group);
      else parents.set(member, [group]);
    }
  }
  const index = { byName, byAliasId, byAliasKey, external, parents };
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
  // Grows while it is walked.
  for (const group of waiting) {
    if (found.has(group.id)) continue;
    found.set(group.id, group);
    for (const parent of parents.get(group.id) ?? []) waiting.push(parent);
  }
  return [...found.values()];
};

const shown = new WeakMap<Group, EntityView["groups"][number]>();

/** One object for all members of a group. */
const shownGroup = (group: Group): EntityView["groups"][number] => {
  const { id, name, metadata } = group;
  const known = shown.get(group) ?? { id, name, metadata: metadata ?? {} };
  shown.set(group, known);
  return known;
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
    groups: groups.map(shownGroup),
    mergedIds: entity.mergedEntityIds,
    mfaSecrets: entity.mfaSecrets ?? {},
    allPolicies: [...new Set([...entity.policies, ...groups.flatMap((group) => group.policies ?? [])])].sort(),
  };
};

/** External groups of one mount by folded alias name. */
export const externalGroups = (snapshot: Groups, mountAccessor: string): ReadonlyMap<string, Group> =>
  groupIndex(snapshot).external.get(mountAccessor) ?? new Map();
