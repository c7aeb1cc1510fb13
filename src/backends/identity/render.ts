import { z } from "zod";
import type { Snapshot } from "../../core/config/types.ts";
import type { Alias, Entity, Group, GroupAlias } from "../../core/identity/model.ts";
import { allGroups, directGroups, groupIndex } from "../../core/identity/views.ts";
import { mountByAccessor } from "../../core/mounts/find.ts";

/** Entities, aliases and groups as a read shows them. Empty maps and lists that were never given are `null`. */

const NAMESPACE = "root";

const orNull = <T extends object>(value: T): T | null => (Object.keys(value).length === 0 ? null : value);

const texts = z.array(z.string());
const pairs = z.record(z.string(), z.string()).nullable();
const mountShape = { mount_path: z.string().optional(), mount_type: z.string().optional() };

export const AliasShown = z.object({
  id: z.string(),
  canonical_id: z.string(),
  name: z.string(),
  mount_accessor: z.string(),
  ...mountShape,
  metadata: pairs,
  custom_metadata: pairs.nullable(),
  merged_from_canonical_ids: texts.nullable(),
  local: z.boolean(),
  creation_time: z.string(),
  last_update_time: z.string(),
});
export const EntityShown = z.object({
  id: z.string(),
  name: z.string(),
  metadata: pairs,
  merged_entity_ids: texts.nullable(),
  policies: texts,
  disabled: z.boolean(),
  namespace_id: z.string(),
  creation_time: z.string(),
  last_update_time: z.string(),
  aliases: z.array(AliasShown),
  direct_group_ids: texts,
  inherited_group_ids: texts,
  group_ids: texts,
});
export const EntityInfo = z.object({
  name: z.string(),
  aliases: z
    .array(
      z.object({
        id: z.string(),
        canonical_id: z.string(),
        name: z.string(),
        mount_accessor: z.string(),
        ...mountShape,
      }),
    )
    .optional(),
});
export const AliasInfo = z.object({
  canonical_id: z.string(),
  name: z.string(),
  mount_accessor: z.string(),
  ...mountShape,
  custom_metadata: pairs.nullable(),
  local: z.boolean(),
});
const groupAliasShape = {
  id: z.string(),
  canonical_id: z.string(),
  name: z.string(),
  mount_accessor: z.string(),
  ...mountShape,
  metadata: z.null(),
  merged_from_canonical_ids: z.null(),
  creation_time: z.string(),
  last_update_time: z.string(),
};
export const GroupAliasShown = z.object({
  ...groupAliasShape,
  custom_metadata: z.null(),
  local: z.boolean(),
  namespace_id: z.string(),
});
export const GroupAliasInfo = z.object({
  canonical_id: z.string(),
  name: z.string(),
  mount_accessor: z.string(),
  ...mountShape,
});
export const GroupShown = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  policies: texts.nullable(),
  metadata: pairs,
  member_entity_ids: texts.nullable(),
  member_group_ids: texts.nullable(),
  parent_group_ids: texts.nullable(),
  creation_time: z.string(),
  last_update_time: z.string(),
  modify_index: z.number(),
  namespace_id: z.string(),
  /** An empty object where the group has none. */
  alias: z.object(groupAliasShape).partial(),
});
export const GroupInfo = z.object({
  name: z.string(),
  num_member_entities: z.number(),
  num_parent_groups: z.number(),
});

/** Path and type of a mount by its accessor; nothing when it is gone. */
const mountOf = (snapshot: Snapshot, accessor: string) => {
  const info = mountByAccessor(snapshot, accessor)?.info;
  return info ? { mount_path: info.path, mount_type: info.type } : {};
};

export const aliasData = (alias: Alias, entity: string, snapshot: Snapshot) => ({
  id: alias.id,
  canonical_id: entity,
  name: alias.name,
  mount_accessor: alias.mountAccessor,
  ...mountOf(snapshot, alias.mountAccessor),
  metadata: orNull(alias.metadata),
  custom_metadata: orNull(alias.customMetadata),
  merged_from_canonical_ids: orNull(alias.mergedFromCanonicalIds),
  local: alias.local,
  creation_time: alias.creationTime,
  last_update_time: alias.lastUpdateTime,
});

export const entityData = (entity: Entity, snapshot: Snapshot) => {
  const direct = directGroups(entity, snapshot);
  const own = new Set(direct.map(({ id }) => id));
  const inherited = allGroups(direct, snapshot).filter(({ id }) => !own.has(id));
  return {
    id: entity.id,
    name: entity.name,
    metadata: entity.metadata,
    merged_entity_ids: orNull(entity.mergedEntityIds),
    policies: entity.policies,
    disabled: entity.disabled,
    namespace_id: NAMESPACE,
    creation_time: entity.creationTime,
    last_update_time: entity.lastUpdateTime,
    aliases: entity.aliases.map((alias) => aliasData(alias, entity.id, snapshot)),
    direct_group_ids: direct.map(({ id }) => id),
    inherited_group_ids: inherited.map(({ id }) => id),
    group_ids: [...direct, ...inherited].map(({ id }) => id),
  };
};

export const entityInfo = (entity: Entity, snapshot: Snapshot) => ({
  name: entity.name,
  ...(entity.aliases.length === 0
    ? {}
    : {
        aliases: entity.aliases.map((alias) => ({
          id: alias.id,
          canonical_id: entity.id,
          name: alias.name,
          mount_accessor: alias.mountAccessor,
          ...mountOf(snapshot, alias.mountAccessor),
        })),
      }),
});

export const aliasInfo = (alias: Alias, entity: string, snapshot: Snapshot) => ({
  canonical_id: entity,
  name: alias.name,
  mount_accessor: alias.mountAccessor,
  ...mountOf(snapshot, alias.mountAccessor),
  custom_metadata: orNull(alias.customMetadata),
  local: alias.local,
});

export const groupAliasData = (alias: GroupAlias, group: string, snapshot: Snapshot) => ({
  id: alias.id,
  canonical_id: group,
  name: alias.name,
  mount_accessor: alias.mountAccessor,
  ...mountOf(snapshot, alias.mountAccessor),
  metadata: null,
  merged_from_canonical_ids: null,
  creation_time: alias.creationTime,
  last_update_time: alias.lastUpdateTime,
});

export const groupAliasInfo = (alias: GroupAlias, group: string, snapshot: Snapshot) => ({
  canonical_id: group,
  name: alias.name,
  mount_accessor: alias.mountAccessor,
  ...mountOf(snapshot, alias.mountAccessor),
});

const parentsOf = (group: Group, snapshot: Snapshot): readonly string[] =>
  (groupIndex(snapshot).parents.get(group.id) ?? []).map(({ id }) => id);

export const groupData = (group: Group, members: readonly string[], snapshot: Snapshot) => ({
  id: group.id,
  name: group.name,
  type: group.type,
  policies: group.policies,
  metadata: group.metadata,
  // Those of an external group come and go with logins once it has an alias: none is an empty list then.
  member_entity_ids: members.length > 0 || group.membersGiven || group.alias ? members : null,
  member_group_ids: orNull(group.memberGroupIds.filter((id) => snapshot.groups.has(id))),
  parent_group_ids: orNull(parentsOf(group, snapshot)),
  creation_time: group.creationTime,
  last_update_time: group.lastUpdateTime,
  modify_index: group.modifyIndex,
  namespace_id: NAMESPACE,
  alias: group.alias ? groupAliasData(group.alias, group.id, snapshot) : {},
});

export const groupInfo = (group: Group, members: number, snapshot: Snapshot) => ({
  name: group.name,
  num_member_entities: members,
  num_parent_groups: parentsOf(group, snapshot).length,
});
