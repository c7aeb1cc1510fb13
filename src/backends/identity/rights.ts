import type { AliasRights } from "../../core/identity/aliases.ts";
import type { GroupAliasRights } from "../../core/identity/group-aliases.ts";
import type { GroupRights } from "../../core/identity/groups.ts";
import type { EntityRights } from "../../core/identity/registry.ts";
import type { NamedOperation, Rights } from "../../core/request/rights.ts";

/**
 * The paths that identity's objects have, and so the rights that a body needs when it names one. Each object is reached
 * by its id, entities and groups by their name as well, in any spelling.
 *
 * Security: an alias decides whose logins get an entity's or group's policies, and a member gets its group's policies.
 * Tying two objects together by naming them needs the right to change both.
 */

interface Named {
  readonly id: string;
  readonly name: string;
}

const namePaths = (kind: "entity" | "group", name: string): readonly string[] => [`identity/${kind}/name/${name}`];

export const entityPathsOf = ({ id, name }: Named): readonly string[] => [
  `identity/entity/id/${id}`,
  ...namePaths("entity", name),
];
export const groupPathsOf = ({ id, name }: Named): readonly string[] => [
  `identity/group/id/${id}`,
  ...namePaths("group", name),
];
export const aliasPathsOf = (id: string): readonly string[] => [
  `identity/entity-alias/id/${id}`,
  `identity/persona/id/${id}`,
];
export const groupAliasPathsOf = (id: string): readonly string[] => [`identity/group-alias/id/${id}`];

/** What the path of the request itself names; the guard has already decided on that. */
export type SaidByPath = "id" | "name" | "nothing";

/** A name that is not yet in use needs no right: the path is for creating it. A deny on it applies. */
const nameRight = (rights: Rights, kind: "entity" | "group", said: SaidByPath) => (name: string) => {
  if (said !== "name") rights.respect(namePaths(kind, name), "update");
};

const change = (rights: Rights, paths: readonly string[], operation: NamedOperation = "update"): void =>
  rights.need(paths, operation);

/** For saving an entity; `byBody` tells whether the entity was found by what the body says. */
export const entityRights = (rights: Rights, said: SaidByPath, byBody: boolean): EntityRights => ({
  entity: (found) => {
    if (byBody) change(rights, entityPathsOf(found));
  },
  name: nameRight(rights, "entity", said),
});

export const groupRights = (rights: Rights, said: SaidByPath): GroupRights => ({
  group: (found) => {
    if (said === "nothing") change(rights, groupPathsOf(found));
  },
  name: nameRight(rights, "group", said),
  memberEntity: (member) => change(rights, entityPathsOf(member)),
  memberGroup: (member) => change(rights, groupPathsOf(member)),
});

export const aliasRights = (rights: Rights, said: SaidByPath): AliasRights => ({
  alias: (id) => {
    if (said === "nothing") change(rights, aliasPathsOf(id));
  },
  entity: (found) => change(rights, entityPathsOf(found)),
});

export const groupAliasRights = (rights: Rights, said: SaidByPath): GroupAliasRights => ({
  alias: (id) => {
    if (said === "nothing") change(rights, groupAliasPathsOf(id));
  },
  group: (found) => change(rights, groupPathsOf(found)),
});
