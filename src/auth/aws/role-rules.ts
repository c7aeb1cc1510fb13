import { invalidRequest } from "../../framework/index.ts";
import {
  checkOlderTtl,
  checkPeriod,
  emptyTokenFields,
  mergeTokenFields,
  type TokenFields,
} from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { cut } from "../../std/shown.ts";
import { checkRole } from "./role-checks.ts";
import type { Role, RoleInput } from "./roles.ts";

/** What a write makes of a role. Pure: previous role and write in, new role out, or a refusal in Vault's words. */

/** What a role has that names no managed node. */
const NOT_HYBRID = {
  bound_ssm_instance_id: [],
  bound_activation_id: [],
  bound_resource_tag: [],
  bound_platform_type: [],
  require_online: true,
  max_ping_age: 900,
  max_registration_age: 0,
  ssm_service_principals: [],
} satisfies Partial<Role>;

/** What a role is made with, and keeps: its id, and the key of its tags. */
export interface Fresh {
  readonly roleId: string;
  readonly tagKey: string;
}

const newRole = ({ roleId, tagKey }: Fresh): Role => ({
  role_id: roleId,
  tag_key: tagKey,
  max_document_age: 0,
  auth_type: "iam",
  bound_iam_principal_arn: [],
  bound_iam_principal_id: [],
  resolve_aws_unique_ids: true,
  inferred_entity_type: "",
  inferred_aws_region: [],
  bound_account_id: [],
  bound_ami_id: [],
  bound_region: [],
  bound_vpc_id: [],
  bound_subnet_id: [],
  bound_ec2_instance_id: [],
  bound_iam_role_arn: [],
  bound_iam_instance_profile_arn: [],
  role_tag: "",
  allow_instance_migration: false,
  disallow_reauthentication: false,
  ...NOT_HYBRID,
  ...emptyTokenFields,
});

const authType = (previous: Role | undefined, given: string | undefined): Role["auth_type"] => {
  if (given === undefined) return previous?.auth_type ?? "iam";
  if (previous && previous.auth_type !== given) throw invalidRequest("changing auth_type on a role is not allowed");
  if (given !== "iam" && given !== "ec2") throw invalidRequest(`unrecognized auth_type: ${cut(given)}`);
  return given;
};

const inferredType = (previous: Role, given: string | undefined): Role["inferred_entity_type"] => {
  if (given === undefined) return previous.inferred_entity_type;
  if (given === "" || given === "ec2_instance" || given === "ssm_managed_instance") return given;
  throw invalidRequest(`specified invalid inferred_entity_type: ${cut(given)}`);
};

const list = (given: readonly string[] | undefined, previous: string[]): string[] =>
  given ? [...new Set(given.filter((item) => item !== ""))] : previous;

const merge = (base: Role, input: RoleInput, auth_type: Role["auth_type"]): Role => ({
  ...base,
  auth_type,
  bound_iam_principal_arn: list(input.bound_iam_principal_arn, base.bound_iam_principal_arn),
  resolve_aws_unique_ids: input.resolve_aws_unique_ids ?? base.resolve_aws_unique_ids,
  inferred_entity_type: inferredType(base, input.inferred_entity_type),
  inferred_aws_region: list(input.inferred_aws_region, base.inferred_aws_region),
  bound_account_id: list(input.bound_account_id, base.bound_account_id),
  bound_ami_id: list(input.bound_ami_id, base.bound_ami_id),
  bound_region: list(input.bound_region, base.bound_region),
  bound_vpc_id: list(input.bound_vpc_id, base.bound_vpc_id),
  bound_subnet_id: list(input.bound_subnet_id, base.bound_subnet_id),
  bound_ec2_instance_id: list(input.bound_ec2_instance_id, base.bound_ec2_instance_id),
  bound_iam_role_arn: list(input.bound_iam_role_arn, base.bound_iam_role_arn),
  bound_iam_instance_profile_arn: list(input.bound_iam_instance_profile_arn, base.bound_iam_instance_profile_arn),
  role_tag: input.role_tag ?? base.role_tag,
  allow_instance_migration: input.allow_instance_migration ?? base.allow_instance_migration,
  disallow_reauthentication: input.disallow_reauthentication ?? base.disallow_reauthentication,
  max_document_age: input.max_document_age ?? base.max_document_age,
  bound_ssm_instance_id: list(input.bound_ssm_instance_id, base.bound_ssm_instance_id),
  bound_activation_id: list(input.bound_activation_id, base.bound_activation_id).map((id) => id.toLowerCase()),
  bound_resource_tag: list(input.bound_resource_tag, base.bound_resource_tag),
  bound_platform_type: list(input.bound_platform_type, base.bound_platform_type),
  require_online: input.require_online ?? base.require_online,
  max_ping_age: input.max_ping_age ?? base.max_ping_age,
  max_registration_age: input.max_registration_age ?? base.max_registration_age,
  ssm_service_principals: list(input.ssm_service_principals, base.ssm_service_principals),
});

const tokenFields = (base: Role, input: RoleInput, mountMax: Seconds): TokenFields => {
  if (input.ttl !== undefined || input.max_ttl !== undefined)
    checkOlderTtl(base, input, "ttl should be shorter than max ttl");
  const fields = mergeTokenFields(base, input);
  checkPeriod(fields, mountMax);
  return fields;
};

/**
 * The role after a write, its principals not yet resolved: `bound_iam_principal_id` is empty when they must be.
 * `fresh` is used for a new role only.
 */
export const nextRole = (previous: Role | undefined, input: RoleInput, fresh: Fresh, mountMax: Seconds): Role => {
  const base = previous ?? newRole(fresh);
  if (previous?.resolve_aws_unique_ids && input.resolve_aws_unique_ids === false)
    throw invalidRequest("changing resolve_aws_unique_ids from true to false is not allowed");
  const merged = merge(base, input, authType(previous, input.auth_type));
  const role = merged.inferred_entity_type === "ssm_managed_instance" ? merged : { ...merged, ...NOT_HYBRID };
  checkRole(role, input);
  const rebound = input.bound_iam_principal_arn !== undefined || !role.resolve_aws_unique_ids;
  const retyped = role.inferred_entity_type !== base.inferred_entity_type;
  return {
    ...role,
    bound_iam_principal_id: rebound || retyped ? [] : role.bound_iam_principal_id,
    ...tokenFields(base, input, mountMax),
  };
};
