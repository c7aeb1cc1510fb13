import { type Failure, get, type JsonObject, list } from "../../client/api.ts";
import { readEach } from "../../client/few-at-a-time.ts";
import { membersIn, objectsIn, textIn, textsIn, trueIn } from "../../client/read-json.ts";

/** People, groups and methods as the API tells of them. */

export interface AliasOf {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  /** `auth/userpass/`; empty: the mount is gone. */
  readonly mountPath: string;
  readonly mountType: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly AliasOf[];
}

export interface WholePerson extends Person {
  readonly policies: readonly string[];
  readonly disabled: boolean;
  readonly groupIds: readonly string[];
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly external: boolean;
  readonly policies: readonly string[];
  readonly people: readonly string[];
  readonly groups: readonly string[];
}

export interface AuthMount {
  /** With its slash at the end, without `auth/`. */
  readonly path: string;
  readonly type: string;
  readonly accessor: string;
  readonly description: string;
}

const aliasIn = (from: JsonObject): AliasOf => ({
  id: textIn(from, "id"),
  name: textIn(from, "name"),
  mountAccessor: textIn(from, "mount_accessor"),
  mountPath: textIn(from, "mount_path"),
  mountType: textIn(from, "mount_type"),
});

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => a.name.localeCompare(b.name);

/** From a list of entities. */
export const peopleIn = (data: JsonObject): readonly Person[] =>
  membersIn(data, "key_info")
    .map(([id, info]) => ({ id, name: textIn(info, "name"), aliases: objectsIn(info, "aliases").map(aliasIn) }))
    .sort(byName);

export const personIn = (data: JsonObject): WholePerson => ({
  id: textIn(data, "id"),
  name: textIn(data, "name"),
  aliases: objectsIn(data, "aliases").map(aliasIn),
  policies: textsIn(data, "policies"),
  disabled: trueIn(data, "disabled"),
  groupIds: textsIn(data, "group_ids"),
});

export const groupIn = (data: JsonObject): Group => ({
  id: textIn(data, "id"),
  name: textIn(data, "name"),
  external: textIn(data, "type") === "external",
  policies: textsIn(data, "policies"),
  people: textsIn(data, "member_entity_ids"),
  groups: textsIn(data, "member_group_ids"),
});

export const authMountsIn = (data: JsonObject): readonly AuthMount[] =>
  membersIn(data, "auth")
    .map(([path, info]) => ({
      path,
      type: textIn(info, "type"),
      accessor: textIn(info, "accessor"),
      description: textIn(info, "description"),
    }))
    .sort((a, b) => a.path.localeCompare(b.path));

export interface Locked {
  readonly accessor: string;
  readonly name: string;
}

export const lockedIn = (data: JsonObject): readonly Locked[] =>
  objectsIn(data, "by_namespace")
    .flatMap((namespace) => objectsIn(namespace, "mount_accessors"))
    .flatMap((mount) =>
      textsIn(mount, "alias_identifiers").map((name) => ({ accessor: textIn(mount, "mount_accessor"), name })),
    );

export type Result<T> = { readonly ok: true; readonly value: T } | Failure;

/** All groups that may be listed, read a few at a time. One that may not be read is known by its name alone. */
export const readGroups = async (): Promise<Result<readonly Group[]>> => {
  const listed = await list("identity/group/id");
  if (!listed.ok && listed.kind === "not-found") return { ok: true, value: [] };
  if (!listed.ok) return listed;
  const groups = await readEach(membersIn(listed.data, "key_info"), async ([id, info]) => {
    const answer = await get(`identity/group/id/${id}`);
    return groupIn(answer.ok ? answer.data : { id, name: textIn(info, "name") });
  });
  return { ok: true, value: groups.sort(byName) };
};

/** Everybody that may be listed; an empty list is an answer too. */
export const readPeople = async (): Promise<Result<readonly Person[]>> => {
  const listed = await list("identity/entity/id");
  if (!listed.ok && listed.kind === "not-found") return { ok: true, value: [] };
  return listed.ok ? { ok: true, value: peopleIn(listed.data) } : listed;
};

/** Names for suggestions; none where they may not be listed. */
export const readPolicyNames = async (): Promise<readonly string[]> => {
  const listed = await list("sys/policies/acl");
  return listed.ok ? textsIn(listed.data, "keys").filter((name) => name !== "root" && name !== "default") : [];
};
