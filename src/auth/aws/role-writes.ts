import { invalidRequest, VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { restateLater } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { changeBody } from "../../storage/change.ts";
import { askAws } from "./ask.ts";
import { newTagKey } from "./ec2/role-tag.ts";
import { trustedServices } from "./inference.ts";
import { Refusal, type Survey, uniqueIdOf } from "./lookups.ts";
import { nextRole } from "./role-rules.ts";
import { ROLE_NAME, type Role, type RoleInput, roleAddress, storedRole } from "./roles.ts";
import { trustsOnly } from "./trust-policy.ts";

/** Writing a role: checks its rules, asks AWS what its ARNs refer to, stores it. */

const resolve = async (survey: Survey, role: Role, arn: string): Promise<string> => {
  const failed = `unable to resolve ARN ${shown(arn)} to internal ID`;
  const refused = (why: string) => invalidRequest(`${failed}: ${why}`);
  const found = await restateLater(
    Refusal,
    (cause) => refused(cause.message),
    () => askAws(failed, () => uniqueIdOf(survey, arn)),
  );
  const services = trustedServices(role);
  if (services && !(found.role && trustsOnly(found.role.trustPolicy, services)))
    throw refused(`inferred_entity_type ${role.inferred_entity_type} needs a role that only its service may assume`);
  return found.id;
};

const resolved = async (survey: Survey, role: Role): Promise<Role> => {
  if (role.auth_type !== "iam" || !role.resolve_aws_unique_ids || role.bound_iam_principal_id.length > 0) return role;
  const ids: string[] = [];
  for (const arn of role.bound_iam_principal_arn) if (!arn.endsWith("*")) ids.push(await resolve(survey, role, arn));
  return { ...role, bound_iam_principal_id: ids };
};

const warnings = (role: Role, mountMax: Seconds): readonly string[] => {
  const found: string[] = [];
  if (role.token_max_ttl > mountMax)
    found.push(
      `Given max ttl of ${role.token_max_ttl} seconds greater than current mount/system default of ${mountMax} seconds; max ttl will be capped at login time.`,
    );
  if (role.inferred_entity_type === "ssm_managed_instance" && role.bound_iam_principal_arn.some((a) => a.endsWith("*")))
    found.push("bound_iam_principal_arn holds a wildcard: nodes of every role it matches may log in.");
  return found;
};

/** Makes or changes a role; gives warnings. Throws `invalid_request`, or `upstream_failed` when AWS cannot be asked. */
export const writeRole = async (
  survey: Survey,
  name: string,
  input: RoleInput,
  { random, mountMax }: { readonly random: RandomSource; readonly mountMax: Seconds },
): Promise<readonly string[]> => {
  if (!ROLE_NAME.test(name)) throw new VaultError("unsupported_path", { wire: "unsupported path", multi: true });
  const fresh = { roleId: uuid(random), tagKey: newTagKey(random) };
  const role = await changeBody(survey.storage, roleAddress(survey.storage, name), storedRole, (previous) =>
    resolved(survey, nextRole(previous, input, fresh, mountMax)),
  );
  return warnings(role, mountMax);
};
