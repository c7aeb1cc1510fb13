import { cut } from "../../std/shown.ts";
import { Refusal, type Survey } from "./lookups.ts";
import type { AccountScope, Ec2Instance, InstanceProfile } from "./ports.ts";
import type { Role } from "./roles.ts";

/**
 * EC2 instances as their account describes them now, and what a role demands of one: for instances with an identity
 * document (`ec2/`) and for those inferred from a session (`ec2-instance.ts`).
 */

export const INSTANCE_ID = /^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/;

/** The running instance of that id in the scope's account. Throws `Refusal`. */
export const runningInstance = async (
  survey: Survey,
  scope: AccountScope,
  region: string,
  id: string,
): Promise<Ec2Instance> => {
  const instance = await survey.lookups.directory.instance(scope, region, id);
  if (!instance) throw new Refusal("no instance details found in reservations");
  if (instance.id !== id)
    throw new Refusal("expected instance ID not matching the instance ID in the instance description");
  if (instance.state !== "running") throw new Refusal("instance is not in 'running' state");
  if (instance.ownerId !== scope.account) throw new Refusal("instance belongs to another account");
  return instance;
};

/** The profile of an instance as IAM knows it. Throws `Refusal`. */
export const profileOf = async (
  survey: Survey,
  scope: AccountScope,
  { profileArn }: Ec2Instance,
): Promise<InstanceProfile> => {
  if (profileArn === "") throw new Refusal("IAM instance profile in the instance description is nil");
  const found = await survey.lookups.directory.instanceProfile(scope, profileArn.split("/").at(-1) ?? "");
  if (found?.arn !== profileArn) throw new Refusal("instance profile could not be confirmed");
  return found;
};

const refuse = (text: string): never => {
  throw new Refusal(text, "bound");
};

/** Whether the role binds to others; `what` names the value for the case that the instance has none. */
const isOff = (bounds: readonly string[], value: string, what: string): boolean => {
  if (bounds.length > 0 && value === "") refuse(`${what} in the instance description is nil`);
  return bounds.length > 0 && !bounds.includes(value);
};

const prefixed = (bounds: readonly string[], value: string): boolean =>
  bounds.some((bound) => (bound.endsWith("*") ? value.startsWith(bound.slice(0, -1)) : bound === value));

const checkPlace = (instance: Ec2Instance, role: Role, name: string): void => {
  if (isOff(role.bound_ec2_instance_id, instance.id, "instance ID"))
    refuse(`instance ID "${instance.id}" does not belong to the role "${cut(name)}"`);
  if (isOff(role.bound_account_id, instance.ownerId, "account ID"))
    refuse(`account ID "${instance.ownerId}" does not belong to role "${cut(name)}"`);
  if (isOff(role.bound_ami_id, instance.imageId, "AMI ID"))
    refuse(`AMI ID "${instance.imageId}" does not belong to role "${cut(name)}"`);
  if (isOff(role.bound_subnet_id, instance.subnetId, "subnet ID"))
    refuse(`subnet ID "${instance.subnetId}" does not satisfy the constraint on role "${cut(name)}"`);
  if (isOff(role.bound_vpc_id, instance.vpcId, "VPC ID"))
    refuse(`VPC ID "${instance.vpcId}" does not satisfy the constraint on role "${cut(name)}"`);
};

/**
 * Throws `Refusal` of kind `bound` for an instance that the role is not for. `name` is the role's, for texts; `profile`
 * is asked only where the role binds to IAM roles.
 */
export const checkInstance = async (
  instance: Ec2Instance,
  role: Role,
  name: string,
  profile: () => Promise<InstanceProfile>,
): Promise<void> => {
  checkPlace(instance, role, name);
  const { bound_iam_instance_profile_arn: profiles, bound_iam_role_arn: roles } = role;
  if (profiles.length + roles.length > 0 && instance.profileArn === "")
    refuse("IAM instance profile in the instance description is nil");
  if (profiles.length > 0 && !prefixed(profiles, instance.profileArn))
    refuse(`IAM instance profile ARN "${instance.profileArn}" does not satisfy the constraint role "${cut(name)}"`);
  if (roles.length === 0) return;
  const roleArn = (await profile()).roles[0]?.arn ?? "";
  if (!prefixed(roles, roleArn))
    refuse(`IAM role ARN "${roleArn}" does not satisfy the constraint role "${cut(name)}"`);
};
