import { type Machine, machineId, serviceRoleScope } from "./inference.ts";
import { checkInstance, INSTANCE_ID, profileOf, runningInstance } from "./instances.ts";
import { Refusal, type Survey } from "./lookups.ts";
import type { Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * An EC2 instance inferred from the session of its instance profile. Besides Vault's checks, the role must be EC2's
 * alone and be the very role of the instance's profile: an instance id in a session name proves nothing by itself.
 */

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
  const instance = await runningInstance(survey, scope, region, id);
  const profile = await profileOf(survey, scope, instance);
  if (profile.roles[0]?.id !== identity.uniqueId) throw new Refusal("instance has a different role");
  await checkInstance(instance, role, name, async () => profile);
  return { type: "ec2_instance", id, region };
};
