import { invalidRequest } from "../../framework/index.ts";
import { checkPeriod, emptyTokenFields, mergeTokenFields, type TokenFields } from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { cut, shown } from "../../std/shown.ts";
import { partitionOf } from "./regions.ts";
import type { Role, RoleInput } from "./roles.ts";

/** What a role may say. Pure: previous role and write in, new role out, or a refusal in Vault's words. */

const EC2_BOUNDS = [
  "bound_account_id",
  "bound_ami_id",
  "bound_iam_instance_profile_arn",
  "bound_ec2_instance_id",
  "bound_iam_role_arn",
  "bound_vpc_id",
  "bound_subnet_id",
] as const;
const SSM_FIELDS = [
  "bound_ssm_instance_id",
  "bound_activation_id",
  "bound_resource_tag",
  "bound_platform_type",
  "require_online",
  "max_ping_age",
  "max_registration_age",
  "ssm_service_principals",
  "require_ssm_only_trust",
] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_REGIONS = 5;

export const NODE_ID = /^mi-[0-9a-f]{17}$/;

const newRole = (roleId: string): Role => ({
  role_id: roleId,
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
  bound_ssm_instance_id: [],
  bound_activation_id: [],
  bound_resource_tag: [],
  bound_platform_type: [],
  require_online: true,
  max_ping_age: 900,
  max_registration_age: 0,
  ssm_service_principals: [],
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
  bound_ssm_instance_id: list(input.bound_ssm_instance_id, base.bound_ssm_instance_id),
  bound_activation_id: list(input.bound_activation_id, base.bound_activation_id).map((id) => id.toLowerCase()),
  bound_resource_tag: list(input.bound_resource_tag, base.bound_resource_tag),
  bound_platform_type: list(input.bound_platform_type, base.bound_platform_type),
  require_online: input.require_online ?? base.require_online,
  max_ping_age: input.max_ping_age ?? base.max_ping_age,
  max_registration_age: input.max_registration_age ?? base.max_registration_age,
  ssm_service_principals: list(input.ssm_service_principals, base.ssm_service_principals),
});

const checkInference = (role: Role): void => {
  const { inferred_entity_type: type, inferred_aws_region: regions } = role;
  if (type === "") {
    if (regions.length > 0) throw invalidRequest("specified inferred_aws_region but not inferred_entity_type");
    return;
  }
  if (role.auth_type !== "iam") throw invalidRequest("specified inferred_entity_type but didn't allow iam auth_type");
  if (regions.length === 0) throw invalidRequest("specified inferred_entity_type but not inferred_aws_region");
  const most = type === "ec2_instance" ? 1 : MOST_REGIONS;
  if (regions.length > most) throw invalidRequest(`inferred_aws_region takes at most ${most} for ${type}`);
  const unknown = regions.find((region) => partitionOf(region) === undefined);
  if (unknown !== undefined) throw invalidRequest(`inferred_aws_region ${shown(unknown)} is not a known region`);
  if (new Set(regions.map(partitionOf)).size > 1)
    throw invalidRequest("the regions of inferred_aws_region must be in one partition");
  if (role.bound_iam_principal_arn.length === 0)
    throw invalidRequest(`inferred_entity_type ${type} requires bound_iam_principal_arn`);
};

const checkBounds = (role: Role): void => {
  const hybrid = role.inferred_entity_type === "ssm_managed_instance";
  const ec2 = role.auth_type === "ec2" || role.inferred_entity_type === "ec2_instance";
  for (const name of EC2_BOUNDS) {
    if (role[name].length === 0 || ec2 || (hybrid && name === "bound_account_id")) continue;
    throw invalidRequest(
      hybrid
        ? `inferred_entity_type ssm_managed_instance cannot be combined with ${name}`
        : `specified ${name} but not specifying ec2 auth_type or inferring ec2_instance`,
    );
  }
  if (role.bound_region.length > 0 && role.auth_type !== "ec2")
    throw invalidRequest("specified bound_region but not specifying ec2 auth_type");
  if (role.bound_iam_principal_arn.length > 0 && role.auth_type !== "iam")
    throw invalidRequest("specified bound_iam_principal_arn but not specifying iam auth_type");
  const bound = [...EC2_BOUNDS, "bound_region", "bound_iam_principal_arn"] as const;
  if (bound.every((name) => role[name].length === 0))
    throw invalidRequest("at least one bound parameter should be specified on the role");
};

const checkEc2Fields = (role: Role): void => {
  if (role.auth_type !== "ec2") {
    if (role.disallow_reauthentication)
      throw invalidRequest("specified disallow_reauthentication when not using ec2 auth type");
    if (role.allow_instance_migration)
      throw invalidRequest("specified allow_instance_migration when not using ec2 auth type");
    if (role.role_tag !== "") throw invalidRequest("tried to enable role_tag when not using ec2 auth method");
  }
  if (role.disallow_reauthentication && role.allow_instance_migration)
    throw invalidRequest("cannot specify both disallow_reauthentication=true and allow_instance_migration=true");
  if (role.role_tag.length > 127)
    throw invalidRequest("length of role tag exceeds the EC2 key limit of 127 characters");
};

/** What the items of a list must look like. */
interface ItemRule {
  readonly name:
    | "bound_ssm_instance_id"
    | "bound_activation_id"
    | "bound_resource_tag"
    | "bound_platform_type"
    | "ssm_service_principals";
  readonly fits: (item: string) => boolean;
  readonly refusal: (item: string) => string;
}

const PLATFORMS = new Set(["Linux", "Windows", "MacOS"]);
const SSM_PRINCIPAL = /^ssm(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/;

const HYBRID_ITEMS: readonly ItemRule[] = [
  {
    name: "bound_ssm_instance_id",
    fits: (id) => NODE_ID.test(id),
    refusal: (id) => `invalid ssm instance id ${shown(id)}`,
  },
  {
    name: "bound_activation_id",
    fits: (id) => UUID.test(id),
    refusal: (id) => `invalid activation id ${shown(id)}`,
  },
  {
    name: "bound_resource_tag",
    fits: (tag) => tag.indexOf("=") > 0,
    refusal: (tag) => `invalid resource tag ${shown(tag)}; expected key=value`,
  },
  {
    name: "bound_platform_type",
    fits: (type) => PLATFORMS.has(type),
    refusal: (type) => `invalid platform type ${shown(type)}`,
  },
  {
    name: "ssm_service_principals",
    fits: (name) => SSM_PRINCIPAL.test(name),
    refusal: (name) => `ssm_service_principals may name Systems Manager only, not ${shown(name)}`,
  },
];

const refuseHybridFields = (input: RoleInput): void => {
  for (const name of SSM_FIELDS) {
    const given = input[name];
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    throw invalidRequest(`specified ${name} but not inferring ssm_managed_instance`);
  }
};

const checkHybridFields = (role: Role, input: RoleInput): void => {
  if (role.inferred_entity_type !== "ssm_managed_instance") {
    refuseHybridFields(input);
    return;
  }
  if (input.require_ssm_only_trust === false) throw invalidRequest("require_ssm_only_trust cannot be turned off");
  for (const { name, fits, refusal } of HYBRID_ITEMS) {
    const misfit = role[name].find((item) => !fits(item));
    if (misfit !== undefined) throw invalidRequest(refusal(misfit));
  }
};

const tokenFields = (base: Role, input: RoleInput, mountMax: Seconds): TokenFields => {
  const ttl = input.token_ttl ?? input.ttl ?? base.token_ttl;
  const max = input.token_max_ttl ?? input.max_ttl ?? base.token_max_ttl;
  const oldNames = input.ttl !== undefined || input.max_ttl !== undefined;
  if (oldNames && max > 0 && ttl > max) throw invalidRequest("ttl should be shorter than max ttl");
  const fields = mergeTokenFields(base, input);
  checkPeriod(fields, mountMax);
  return fields;
};

const NO_LONGER_HYBRID = {
  bound_ssm_instance_id: [],
  bound_activation_id: [],
  bound_resource_tag: [],
  bound_platform_type: [],
  require_online: true,
  max_ping_age: 900,
  max_registration_age: 0,
  ssm_service_principals: [],
};

/**
 * The role after a write, its principals not yet resolved: `bound_iam_principal_id` is empty when they must be.
 * `roleId` is used for a new role only.
 */
export const nextRole = (previous: Role | undefined, input: RoleInput, roleId: string, mountMax: Seconds): Role => {
  const base = previous ?? newRole(roleId);
  if (previous?.resolve_aws_unique_ids && input.resolve_aws_unique_ids === false)
    throw invalidRequest("changing resolve_aws_unique_ids from true to false is not allowed");
  const merged = merge(base, input, authType(previous, input.auth_type));
  const role = merged.inferred_entity_type === "ssm_managed_instance" ? merged : { ...merged, ...NO_LONGER_HYBRID };
  checkInference(role);
  checkBounds(role);
  checkEc2Fields(role);
  checkHybridFields(role, input);
  const rebound = input.bound_iam_principal_arn !== undefined || !role.resolve_aws_unique_ids;
  const retyped = role.inferred_entity_type !== base.inferred_entity_type;
  return {
    ...role,
    bound_iam_principal_id: rebound || retyped ? [] : role.bound_iam_principal_id,
    ...tokenFields(base, input, mountMax),
  };
};
