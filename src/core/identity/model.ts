import type { JsonObject } from "../../std/json.ts";
import { DOMAINS } from "../../storage/keys.ts";
import type { EntityView, Group, Snapshot } from "../services.ts";

/** Entities and aliases as they lie in the table, and what a request sees of them. Names are compared without case. */

export const IDENTITY_DOMAIN = DOMAINS.identity;

export interface Alias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly creationTime: string;
  readonly lastUpdateTime: string;
  readonly mergedFromCanonicalIds: readonly string[];
  readonly local: boolean;
}

export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly policies: readonly string[];
  readonly disabled: boolean;
  readonly aliases: readonly Alias[];
  /** Groups that name this entity itself; parents of those are found through the groups. */
  readonly groupIds: readonly string[];
  readonly mergedEntityIds: readonly string[];
  readonly creationTime: string;
  readonly lastUpdateTime: string;
}

/** What remains of an entity that was merged: its tokens live on as the survivor's. */
export interface Merged {
  readonly mergedInto: string;
}

export const aliasKey = (mountAccessor: string, name: string): string =>
  `alias\n${mountAccessor}\n${name.toLowerCase()}`;

/** Groups by direct membership, and every group above those. */
export const groupsOf = (direct: readonly string[], groups: ReadonlyMap<string, Group>): readonly Group[] => {
  const found = new Map<string, Group>();
  const visit = (id: string): void => {
    const group = groups.get(id);
    if (!group || found.has(id)) return;
    found.set(id, group);
    for (const parent of groups.values()) if (parent.memberGroupIds.includes(id)) visit(parent.id);
  };
  for (const id of direct) visit(id);
  return [...found.values()];
};

export const viewOf = (entity: Entity, snapshot: Snapshot): EntityView => {
  const groups = groupsOf(entity.groupIds, snapshot.groups);
  return {
    id: entity.id,
    name: entity.name,
    disabled: entity.disabled,
    metadata: entity.metadata ?? {},
    policies: entity.policies,
    aliases: entity.aliases,
    groups: groups.map(({ id, name, metadata }) => ({ id, name, metadata })),
    allPolicies: [...new Set([...entity.policies, ...groups.flatMap((group) => group.policies)])].sort(),
  };
};

/** External groups of one mount, by the alias name the other side reports. */
export const externalGroups = (snapshot: Snapshot, mountAccessor: string): ReadonlyMap<string, Group> => {
  const found = new Map<string, Group>();
  for (const group of snapshot.groups.values()) {
    const alias: JsonObject | undefined = group.alias;
    if (group.type !== "external" || alias?.["mount_accessor"] !== mountAccessor) continue;
    found.set(String(alias["name"]).toLowerCase(), group);
  }
  return found;
};
