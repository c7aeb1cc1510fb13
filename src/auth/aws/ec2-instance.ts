import { cut } from "../../std/shown.ts";
import { type Machine, machineId, serviceRoleScope } from "./inference.ts";
import { Refusal, type Survey } from "./lookups.ts";
import type { AccountScope, Ec2Instance, InstanceProfile } from "./ports.ts";
import type { Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * An EC2 instance inferred from the session of its instance profile. Besides Vault's checks, the role must be EC2's
 * alone and be the very role of the instance's profile: an instance id in a session name proves nothing by itself.
 */

const INSTANCE_ID = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

const describe = async (survey: Survey, scope: AccountScope, region: string, id: string): Promise<Ec2Instance> => {
  const instance = await survey.lookups.directory.instance(scope, region, id);
  if (!instance) throw new Refusal("no instance details found in reservations");
  if (instance.id !== id)
    throw new Refusal("expected instance ID not matching the instance ID in the instance description");
  if (instance.state !== "running") throw new Refusal("instance is not in 'running' state");
  if (instance.ownerId !== scope.account) throw new Refusal("instance belongs to another account");
  return instance;
};

const profileOf = async (survey: Survey, scope: AccountScope, instance: Ec2Instance): Promise<InstanceProfile> => {
  const { profileArn } = instance;
  if (profileArn === "") throw new Refusal("IAM instance profile in the instance description is nil");
  const found = await survey.lookups.directory.instanceProfile(scope, profileArn.split("/").at(-1) ?? "");
  if (found?.arn !== profileArn) throw new Refusal("instance profile could not be confirmed");
  return found;
};

const prefixed = (bounds: readonly string[], value: string): boolean =>
  bounds.some((bound) => (bound.endsWith("*") ? value.startsWith(bound.slice(0, -1)) : bound === value));

const checkBounds = (instance: Ec2Instance, profile: InstanceProfile, role: Role, name: string): void => {
  const refuse = (text: string): never => {
    throw new Refusal(text, "bound");
  };
  const off = (bounds: readonly string[], value: string): boolean => bounds.length > 0 && !bounds.includes(value);
  if (off(role.bound_ec2_instance_id, instance.id))
    refuse(`instance ID "${instance.id}" does not belong to the role "${cut(name)}"`);
  if (off(role.bound_account_id, instance.ownerId))
    refuse(`account ID "${instance.ownerId}" does not belong to role "${cut(name)}"`);
  if (off(role.bound_ami_id, instance.imageId))
    refuse(`AMI ID "${instance.imageId}" does not belong to role "${cut(name)}"`);
  if (off(role.bound_subnet_id, instance.subnetId))
    refuse(`subnet ID "${instance.subnetId}" does not satisfy the constraint on role "${cut(name)}"`);
  if (off(role.bound_vpc_id, instance.vpcId))
    refuse(`VPC ID "${instance.vpcId}" does not satisfy the constraint on role "${cut(name)}"`);
  const profiles = role.bound_iam_instance_profile_arn;
  if (profiles.length > 0 && !prefixed(profiles, profile.arn))
    refuse(`IAM instance profile ARN "${profile.arn}" does not satisfy the constraint role "${cut(name)}"`);
  const roleArn = profile.roles[0]?.arn ?? "";
  if (role.bound_iam_role_arn.length > 0 && !prefixed(role.bound_iam_role_arn, roleArn))
    refuse(`IAM role ARN "${roleArn}" does not satisfy the constraint role "${cut(name)}"`);
};

/** Traces a caller to its instance, or throws `Refusal`. `name` is the role's, for texts. */
export const verifyInstance = async (
  survey: Survey,
  role: Role,
  name: string,
  identity: Identity,
): Promise<Machine> => {
  const id = machineId(identity, INSTANCE_ID, "an instance id");
  const region = role.inferred_aws_region[0] ?? "";
  const scope = await serviceRoleScope(survey, role, identity);
  const instance = await describe(survey, scope, region, id);
  const profile = await profileOf(survey, scope, instance);
  if (profile.roles[0]?.id !== identity.uniqueId) throw new Refusal("instance has a different role");
  checkBounds(instance, profile, role, name);
  return { type: "ec2_instance", id, region };
};
