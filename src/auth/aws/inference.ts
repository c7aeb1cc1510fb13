import { callerScope, confirmedPrincipal, Refusal, type Survey, serviceName } from "./lookups.ts";
import type { AccountScope } from "./ports.ts";
import type { Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";
import { trustsOnly } from "./trust-policy.ts";

/**
 * Treating a session's name as a machine. Whoever assumes the role chooses the name, so it proves something only for
 * a role that nobody but the machine's service can assume, and that is checked on the role as it is now.
 */

/** A machine that a login was traced to. */
export interface Machine {
  readonly type: "ec2_instance" | "ssm_managed_instance";
  readonly id: string;
  readonly region: string;
  readonly activationId?: string;
  readonly name?: string;
}

/** The services whose sessions a role believes; `undefined` for a role that infers nothing. */
export const trustedServices = (role: Role): ReadonlySet<string> | undefined => {
  const region = role.inferred_aws_region[0] ?? "";
  if (role.inferred_entity_type === "ec2_instance") return new Set(["ec2.amazonaws.com", serviceName("ec2", region)]);
  if (role.inferred_entity_type !== "ssm_managed_instance") return undefined;
  return new Set(role.ssm_service_principals.length > 0 ? role.ssm_service_principals : ["ssm.amazonaws.com"]);
};

const OTHERS = {
  ec2_instance: "role trust policy allows principals other than EC2",
  ssm_managed_instance: "role trust policy allows principals other than Systems Manager",
} as const;

/** The session name, if it may be a machine's id. Throws `Refusal`; asks nobody. */
export const machineId = (identity: Identity, pattern: RegExp, what: string): string => {
  if (identity.principal.type !== "assumed-role") throw new Refusal("caller is not an assumed role");
  if (!pattern.test(identity.principal.session)) throw new Refusal(`session name is not ${what}`);
  return identity.principal.session;
};

/** The scope of the caller's account, once its role is confirmed to be the service's alone. Throws `Refusal`. */
export const serviceRoleScope = async (survey: Survey, role: Role, identity: Identity): Promise<AccountScope> => {
  const services = trustedServices(role);
  const confirmed = await confirmedPrincipal(survey, identity);
  if (!services || confirmed?.trustPolicy === undefined) throw new Refusal("role identity could not be confirmed");
  if (!trustsOnly(confirmed.trustPolicy, services))
    throw new Refusal(OTHERS[role.inferred_entity_type === "ec2_instance" ? "ec2_instance" : "ssm_managed_instance"]);
  return callerScope(survey, identity);
};
