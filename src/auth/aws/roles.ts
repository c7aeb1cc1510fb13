import { z } from "zod";
import { field } from "../../framework/index.ts";
import {
  legacyTokenShape,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  tokenShape,
} from "../../framework/token-params.ts";
import { FOLDS } from "../../std/fold.ts";
import type { Address, View } from "../../storage/store.ts";
import { readStored } from "./stored.ts";

/** Roles of the mount: who may log in and what they get. `role-rules.ts` and `role-checks.ts` judge writes; this file only keeps them. */

const { policies, ttl, max_ttl, period } = legacyTokenShape;

export const roleShape = {
  auth_type: field.text("`iam` or `ec2`; cannot be changed."),
  bound_iam_principal_arn: field.commaList("IAM users and roles that may log in; `*` at the end is a wildcard."),
  resolve_aws_unique_ids: field.flag("Bind to the unique ids that the ARNs have when the role is written."),
  inferred_entity_type: field.text("`ec2_instance` or `ssm_managed_instance`: take the session name for the machine."),
  inferred_aws_region: field.commaList("Regions the machine is looked up in; one for `ec2_instance`."),
  bound_account_id: field.commaList("Accounts of the machine."),
  bound_ami_id: field.commaList("Images of the instance."),
  bound_region: field.commaList("Regions of the instance (EC2 logins)."),
  bound_vpc_id: field.commaList("VPCs of the instance."),
  bound_subnet_id: field.commaList("Subnets of the instance."),
  bound_ec2_instance_id: field.commaList("Instance ids."),
  bound_iam_role_arn: field.commaList("Roles of the instance's profile."),
  bound_iam_instance_profile_arn: field.commaList("Instance profiles of the instance."),
  role_tag: field.text("Tag key of role tags (EC2 logins)."),
  allow_instance_migration: field.flag("Let a migrated instance log in again (EC2 logins)."),
  disallow_reauthentication: field.flag("One login per instance (EC2 logins)."),
  max_document_age: field.duration(
    "How long after an instance was started it may log in for the first time (EC2 logins); 0: no limit. Zeroth's own.",
  ),
  bound_ssm_instance_id: field.commaList("Ids of managed nodes, `mi-…`."),
  bound_activation_id: field.commaList("Hybrid activations that enrolled the node."),
  bound_resource_tag: field.commaList("Tags of the node as `key=value`; all keys must match."),
  bound_platform_type: field.commaList("`Linux`, `Windows` or `MacOS`; reported by the node itself."),
  require_online: field.flag("The node must be online."),
  max_ping_age: field.duration("How long ago the node may last have been seen; 0: no limit."),
  max_registration_age: field.duration("How long ago the node may have been enrolled; 0: no limit."),
  ssm_service_principals: field.commaList("Service principals of Systems Manager that may assume the node's role."),
  require_ssm_only_trust: field.flag("Only Systems Manager may assume the node's role; always true."),
  ...tokenShape,
  policies,
  ttl,
  max_ttl,
  period,
};
const roleInput = z.object(roleShape);
export type RoleInput = z.output<typeof roleInput>;

const texts = z.array(z.string());
export const storedRole = z.object({
  role_id: z.string(),
  auth_type: z.enum(["iam", "ec2"]),
  bound_iam_principal_arn: texts,
  bound_iam_principal_id: texts,
  resolve_aws_unique_ids: z.boolean(),
  inferred_entity_type: z.enum(["", "ec2_instance", "ssm_managed_instance"]),
  inferred_aws_region: texts,
  bound_account_id: texts,
  bound_ami_id: texts,
  bound_region: texts,
  bound_vpc_id: texts,
  bound_subnet_id: texts,
  bound_ec2_instance_id: texts,
  bound_iam_role_arn: texts,
  bound_iam_instance_profile_arn: texts,
  role_tag: z.string(),
  allow_instance_migration: z.boolean(),
  disallow_reauthentication: z.boolean(),
  bound_ssm_instance_id: texts,
  bound_activation_id: texts,
  bound_resource_tag: texts,
  bound_platform_type: texts,
  require_online: z.boolean(),
  max_ping_age: z.number(),
  max_registration_age: z.number(),
  ssm_service_principals: texts,
  /** Seconds. Not in roles written before it existed, like the next. */
  max_document_age: z.number().default(0),
  /** What role tags are signed with; never shown. Empty where there is none yet. */
  tag_key: z.string().default(""),
  ...storedTokenShape,
});
export type Role = z.output<typeof storedRole>;

/** What Vault's generic names look like, and a bound. */
export const ROLE_NAME = /^\w(?:[\w.-]{0,126}\w)?$/;

/** `name` as the path table folds it. */
export const roleAddress = (storage: View, name: string) => storage.at(`role/${name}`);

/** The name that a login's body means, folded as those in paths are. */
export const namedRole = (given: string): string => FOLDS.case(given);

/** Where the role named by an unchecked value is stored; nothing if the value names none. */
export const namedRoleAddress = (storage: View, given: unknown): readonly Address[] =>
  typeof given === "string" && ROLE_NAME.test(given) ? [roleAddress(storage, namedRole(given))] : [];

export const findRole = (storage: View, name: string): Promise<Role | undefined> =>
  ROLE_NAME.test(name) ? readStored(storage, roleAddress(storage, name), storedRole) : Promise.resolve(undefined);

export const removeRole = (storage: View, name: string): Promise<void> =>
  storage.write([{ op: "delete", address: roleAddress(storage, name), when: "any" }]);

export const listRoles = (storage: View): Promise<readonly string[]> => storage.list("role/");

const vaultShape = {
  allow_instance_migration: z.boolean(),
  auth_type: z.string(),
  bound_account_id: texts,
  bound_ami_id: texts,
  bound_ec2_instance_id: texts.nullable(),
  bound_iam_instance_profile_arn: texts,
  bound_iam_principal_arn: texts,
  bound_iam_principal_id: texts,
  bound_iam_role_arn: texts,
  bound_region: texts,
  bound_subnet_id: texts,
  bound_vpc_id: texts,
  disallow_reauthentication: z.boolean(),
  inferred_aws_region: z.string(),
  inferred_entity_type: z.string(),
  resolve_aws_unique_ids: z.boolean(),
  role_id: z.string(),
  role_tag: z.string(),
};
const hybridShape = {
  bound_activation_id: texts,
  bound_platform_type: texts,
  bound_resource_tag: texts,
  bound_ssm_instance_id: texts,
  max_ping_age: z.number(),
  max_registration_age: z.number(),
  require_online: z.boolean(),
  require_ssm_only_trust: z.boolean(),
  ssm_service_principals: texts,
};

/** What a read shows: Vault's fields, and for roles of managed nodes ours. */
export const RoleShown = z.object({
  ...vaultShape,
  ...z.object(hybridShape).partial().shape,
  max_document_age: z.number().optional(),
  ...shownTokenShape,
});

const vaultFields = (role: Role) => ({
  allow_instance_migration: role.allow_instance_migration,
  auth_type: role.auth_type,
  bound_account_id: role.bound_account_id,
  bound_ami_id: role.bound_ami_id,
  // the one list that Vault reads back as null
  bound_ec2_instance_id: role.bound_ec2_instance_id.length > 0 ? role.bound_ec2_instance_id : null,
  bound_iam_instance_profile_arn: role.bound_iam_instance_profile_arn,
  bound_iam_principal_arn: role.bound_iam_principal_arn,
  bound_iam_principal_id: role.bound_iam_principal_id,
  bound_iam_role_arn: role.bound_iam_role_arn,
  bound_region: role.bound_region,
  bound_subnet_id: role.bound_subnet_id,
  bound_vpc_id: role.bound_vpc_id,
  disallow_reauthentication: role.disallow_reauthentication,
  inferred_aws_region: role.inferred_aws_region.join(","),
  inferred_entity_type: role.inferred_entity_type,
  resolve_aws_unique_ids: role.resolve_aws_unique_ids,
  role_id: role.role_id,
  role_tag: role.role_tag,
});

const hybridFields = (role: Role) => ({
  bound_activation_id: role.bound_activation_id,
  bound_platform_type: role.bound_platform_type,
  bound_resource_tag: role.bound_resource_tag,
  bound_ssm_instance_id: role.bound_ssm_instance_id,
  max_ping_age: role.max_ping_age,
  max_registration_age: role.max_registration_age,
  require_online: role.require_online,
  require_ssm_only_trust: true,
  ssm_service_principals: role.ssm_service_principals,
});

export const readRole = async (storage: View, name: string): Promise<z.output<typeof RoleShown> | undefined> => {
  const role = await findRole(storage, name);
  if (!role) return undefined;
  const hybrid = role.inferred_entity_type === "ssm_managed_instance";
  const aged = role.max_document_age > 0 ? { max_document_age: role.max_document_age } : {};
  return { ...vaultFields(role), ...(hybrid ? hybridFields(role) : {}), ...aged, ...readTokenFields(role) };
};
