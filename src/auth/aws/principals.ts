import { restateLater } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";
import { globMatches } from "./arn.ts";
import { confirmedPrincipal, Refusal, type Survey } from "./lookups.ts";
import type { Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * Whether a caller is one of a role's principals: by unique id, by exact ARN where ids are not used, or by wildcard
 * over the full ARN that the caller's own account reports.
 */

const matchesWildcard = async (
  survey: Survey,
  name: string,
  identity: Identity,
  wildcards: readonly string[],
): Promise<boolean> => {
  const entity = identity.canonicalArn;
  const during = `of entity ${entity} when attempting login for role "${cut(name)}"`;
  const found = await restateLater(
    Refusal,
    (cause) => new Refusal(`error looking up full ARN ${during}: ${cause.message}`),
    () => confirmedPrincipal(survey, identity),
  );
  if (!found) throw new Refusal(`got empty string back when looking up full ARN ${during}`);
  const { arn } = found;
  return wildcards.some((pattern) => globMatches(pattern, arn));
};

/** `name` is the role's, for texts. Throws `Refusal` where the question cannot be answered for this account. */
export const isBound = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<boolean> => {
  const arns = role.bound_iam_principal_arn;
  if (arns.length === 0) return true;
  if (role.bound_iam_principal_id.includes(identity.uniqueId)) return true;
  if (!role.resolve_aws_unique_ids && arns.includes(identity.canonicalArn)) return true;
  const wildcards = arns.filter((arn) => arn.endsWith("*"));
  return wildcards.length > 0 && matchesWildcard(survey, name, identity, wildcards);
};
