import type { LoginGrant } from "../../framework/index.ts";
import { tokenParams } from "../../framework/token-params.ts";
import type { IamMetadata, IdentityConfig } from "./identity-config.ts";
import type { Machine } from "./inference.ts";
import type { Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";

/** What a caller who passed every check is given: names, metadata, and what a renewal will need to know. */

export interface Passed {
  readonly name: string;
  readonly role: Role;
  readonly identity: Identity;
  readonly machine: Machine | undefined;
  readonly shown: IdentityConfig;
}

const inferred = (machine: Machine | undefined): Readonly<Record<string, string>> =>
  machine
    ? {
        inferred_entity_type: machine.type,
        inferred_entity_id: machine.id,
        inferred_aws_region: machine.region,
      }
    : {};

const facts = ({ identity, machine }: Passed): Partial<Record<IamMetadata, string>> => ({
  account_id: identity.principal.account,
  auth_type: "iam",
  canonical_arn: identity.canonicalArn,
  client_arn: identity.arn,
  client_user_id: identity.uniqueId,
  ...inferred(machine),
  ...(machine?.type === "ssm_managed_instance"
    ? {
        ssm_instance_id: machine.id,
        ssm_activation_id: machine.activationId ?? "",
        ssm_name: machine.name ?? "",
      }
    : {}),
});

const selected = (passed: Passed): Readonly<Record<string, string>> => {
  const known = facts(passed);
  const chosen = passed.shown.iam_metadata.flatMap((name): [string, string][] => {
    const value = known[name];
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(chosen);
};

const aliasName = ({ shown, role, identity, machine }: Passed): string => {
  switch (shown.iam_alias) {
    case "role_id":
      return role.role_id;
    case "unique_id":
      return identity.uniqueId;
    case "full_arn":
      return identity.arn;
    case "canonical_arn":
      return identity.canonicalArn;
    case "ssm_instance_id":
      // a caller that is not a node is known by its own id; the two can never be equal
      return machine?.type === "ssm_managed_instance" ? machine.id : identity.uniqueId;
  }
};

export const loginGrant = (passed: Passed): LoginGrant => {
  const { name, role, identity, machine } = passed;
  const { principal } = identity;
  const chosen = selected(passed);
  return {
    displayName: principal.session ? `${principal.name}/${principal.session}` : principal.name,
    token: tokenParams(role),
    metadata: {
      role_id: role.role_id,
      ...chosen,
      ...(machine?.type === "ssm_managed_instance" ? inferred(machine) : {}),
    },
    alias: { name: aliasName(passed), metadata: chosen },
    internal: {
      role_name: name,
      role_id: role.role_id,
      account_id: principal.account,
      canonical_arn: identity.canonicalArn,
      client_arn: identity.arn,
      client_user_id: identity.uniqueId,
      inferred_entity_id: machine?.id ?? "",
      inferred_aws_region: machine?.region ?? "",
    },
    renewable: true,
  };
};
