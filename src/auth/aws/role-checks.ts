import { invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { partitionOf } from "./regions.ts";
import type { Role, RoleInput } from "./roles.ts";

/** What a role may say. Pure: passes, or throws a refusal in Vault's words. */

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
    if (role.max_document_age > 0) throw invalidRequest("specified max_document_age when not using ec2 auth type");
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

/** Checks a role after a write; `input` is what the write said. */
export const checkRole = (role: Role, input: RoleInput): void => {
  checkInference(role);
  checkBounds(role);
  checkEc2Fields(role);
  checkHybridFields(role, input);
};
