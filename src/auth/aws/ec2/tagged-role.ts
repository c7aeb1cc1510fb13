import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import { canonicalPolicyNames } from "../../../policy/names.ts";
import { cut, shown } from "../../../std/shown.ts";
import { changeBody } from "../../../storage/change.ts";
import type { View } from "../../../storage/store.ts";
import { INSTANCE_ID } from "../instances.ts";
import { findRole, type Role, roleAddress, storedRole } from "../roles.ts";
import { isWrittenBy, MOST_CHARACTERS, newTagKey, type RoleTag, readTag, TagError, writeTag } from "./role-tag.ts";

/** Role tags and the roles they belong to: writing one, telling whose one is, and the longest life both allow. */

export const tagShape = {
  policies: field.commaList(
    "Policies of the role that the instance gets; absent: all of them, empty: `default` alone.",
  ),
  instance_id: field.text("The one instance that may use the tag; empty: any."),
  max_ttl: field.signedDuration("Longest life of a token; 0: no limit of its own."),
  allow_instance_migration: field.flag("Let a migrated instance log in again; the role must allow it too."),
  disallow_reauthentication: field.flag("One login per instance."),
};
const tagInput = z.object(tagShape);

export const TagMade = z.object({ tag_key: z.string(), tag_value: z.string() });

interface Made {
  readonly data: z.output<typeof TagMade>;
  readonly warnings: readonly string[];
}

const NONCE_BYTES = 8;

/** `default` is in every role, whether it is named there or not. */
const isSubset = (policies: readonly string[], role: Role): boolean => {
  const known = new Set(["default", ...canonicalPolicyNames(role.token_policies)]);
  return policies.every((name) => known.has(name));
};

/** The role with a key of its own; roles that were written before tags existed get theirs here. */
const withKey = async (cx: BackendContext, name: string): Promise<Role> => {
  const missing = () => invalidRequest(`entry not found for role ${cut(name)}`);
  const role = await findRole(cx.storage, name);
  if (!role) throw missing();
  if (role.role_tag === "") throw invalidRequest("tag creation is not enabled for this role");
  if (role.tag_key !== "") return role;
  const fresh = newTagKey(cx.random);
  return changeBody(cx.storage, roleAddress(cx.storage, name), storedRole, (before) => {
    if (!before) throw missing();
    return { ...before, tag_key: before.tag_key || fresh };
  });
};

const policiesOf = (given: readonly string[] | undefined): readonly string[] => {
  if (given === undefined) return [];
  const names = canonicalPolicyNames(given);
  const odd = names.find((name) => /[:,]/.test(name));
  if (odd !== undefined) throw invalidRequest(`policy ${shown(odd)} cannot be named in a tag`);
  return names.length === 0 ? ["default"] : names;
};

const instanceOf = (given: string | undefined): string => {
  const id = (given ?? "").toLowerCase();
  if (id !== "" && !INSTANCE_ID.test(id)) throw invalidRequest(`invalid instance_id ${shown(id)}`);
  return id;
};

const warnings = ({ policies, allowInstanceMigration, maxTtl }: RoleTag, role: Role, mountMax: number): string[] => {
  const found: string[] = [];
  const given = `Given max TTL of ${maxTtl} is greater than`;
  if (!isSubset(policies, role))
    found.push(
      "Policies on the tag are not a subset of the policies set on the role. Login will not be allowed with this tag unless the role policies are updated.",
    );
  if (allowInstanceMigration && !role.allow_instance_migration)
    found.push(
      "Role does not allow instance migration. Login will not be allowed with this tag unless the role value is updated.",
    );
  if (maxTtl > mountMax)
    found.push(`${given} the mount maximum of ${mountMax} seconds, and will be capped at login time.`);
  if (role.token_max_ttl > 0 && maxTtl > role.token_max_ttl)
    found.push(`${given} the role maximum of ${role.token_max_ttl} seconds, and will be capped at login time.`);
  return found;
};

/** A new tag for instances of a role. `name` is folded. Throws `invalid_request`. */
export const makeTag = async (cx: BackendContext, name: string, input: z.output<typeof tagInput>): Promise<Made> => {
  const role = await withKey(cx, name);
  const tag: RoleTag = {
    nonce: Buffer.from(cx.random.bytes(NONCE_BYTES)).toString("base64"),
    role: name,
    disallowReauthentication: input.disallow_reauthentication ?? false,
    allowInstanceMigration: input.allow_instance_migration ?? false,
    policies: policiesOf(input.policies),
    instanceId: instanceOf(input.instance_id),
    maxTtl: input.max_ttl ?? 0,
  };
  if (tag.disallowReauthentication && tag.allowInstanceMigration)
    throw invalidRequest("cannot set both disallow_reauthentication and allow_instance_migration");
  if (tag.maxTtl < 0) throw invalidRequest("max_ttl cannot be negative");
  const value = writeTag(tag, role.tag_key);
  if (value.length > MOST_CHARACTERS)
    throw invalidRequest(`role tag 'value' exceeding the limit of ${MOST_CHARACTERS} characters`);
  return { data: { tag_key: role.role_tag, tag_value: value }, warnings: warnings(tag, role, cx.mount.maxTtl) };
};

/** A tag, and the role that wrote it. Throws `TagError` when none did. */
export const readRoleTag = async (
  storage: View,
  text: string,
): Promise<{ readonly tag: RoleTag; readonly role: Role }> => {
  const tag = readTag(text);
  const role = await findRole(storage, tag.role);
  if (!role) throw new TagError(`entry not found for ${shown(tag.role)}`);
  if (!isWrittenBy(text, tag, role.tag_key)) throw new TagError("role tag signature verification failed");
  return { tag, role };
};

/** What the tag on an instance says for a login by `role`. Throws `TagError` with the reason it gives nothing. */
export const tagFor = async (
  storage: View,
  { role, name, text, instanceId }: { role: Role; name: string; text: string; instanceId: string },
): Promise<RoleTag> => {
  if (text === "") throw new TagError(`missing tag with key ${shown(role.role_tag)} on the instance`);
  const { tag } = await readRoleTag(storage, text);
  if (tag.role !== name) throw new TagError("role on the tag is not matching the role supplied");
  if (tag.instanceId !== "" && tag.instanceId !== instanceId)
    throw new TagError("role tag is being used by an unauthorized instance");
  if (!isSubset(tag.policies, role))
    throw new TagError("policies on the role tag must be subset of policies on the role");
  if (tag.allowInstanceMigration && !role.allow_instance_migration)
    throw new TagError("role tag allows instance migration, and the role does not");
  return tag;
};

/** The longest life of a token by a role and its tag, in milliseconds: an entry of either list counts that long. */
export const longestLife = (role: Role, tag: RoleTag | undefined, cx: BackendContext): number =>
  Math.max(cx.mount.maxTtl, role.token_max_ttl, tag?.maxTtl ?? 0) * 1000;
