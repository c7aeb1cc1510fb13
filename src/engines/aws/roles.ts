import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { change } from "../../storage/change.ts";
import { broken } from "./failure.ts";
import { legacyRole } from "./legacy-role.ts";
import { compactPolicy } from "./policy-document.ts";
import { checkRole } from "./role-rules.ts";
import { busy } from "./root-config.ts";
import { NEW_ROLE, type Role, roleAddress, StoredRole } from "./stored-role.ts";

/** Roles: what kind of credentials they give, and what those may do. */

export const RoleInput = z.object({
  credential_type: field.text("`iam_user`, `assumed_role`, `federation_token` or `session_token`."),
  role_arns: field.commaList("ARNs of the roles that may be assumed."),
  policy_arns: field.commaList("ARNs of policies: attached to a user, or a limit of a session."),
  policy_document: field.text("A policy as JSON: a user's own, or a limit of a session."),
  iam_groups: field.commaList("Groups a user is put into, or whose policies limit a session."),
  iam_tags: field.keyValues("Tags of the user."),
  session_tags: field.keyValues("Tags of the session of an assumed role."),
  external_id: field.text("External id that the assumed role's trust policy asks for."),
  default_sts_ttl: field.duration("Lifetime of sessions where the request names none."),
  max_sts_ttl: field.duration("Longest lifetime of sessions."),
  user_path: field.text("IAM path of the user; `/` by default."),
  permissions_boundary_arn: field.text("ARN of the policy that bounds the user's rights."),
  mfa_serial_number: field.text("Serial number of the MFA device of the key in config/root."),
  policy: field.text("Use `policy_document` instead."),
  arn: field.text("Use `role_arns` or `policy_arns` instead."),
});
export type RoleInput = z.output<typeof RoleInput>;

export const RoleShown = z.object({
  ...StoredRole.omit({ credential_types: true, legacy: true }).shape,
  credential_type: z.string(),
});

/** What the old parameters cannot be given together with, in the order in which Vault complains. */
const MODERN = [
  "credential_type",
  "role_arns",
  "policy_arns",
  "policy_document",
  "default_sts_ttl",
  "max_sts_ttl",
  "user_path",
  "permissions_boundary_arn",
] as const;

const LEGACY_WARNING = "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters.";

const refuseMixture = (input: RoleInput): void => {
  const other = MODERN.find((name) => input[name] !== undefined);
  if (other === undefined) return;
  const what = other === "credential_type" ? "an explicit credential_type" : other;
  throw invalidRequest(`cannot supply deprecated role or policy parameters with ${what}`);
};

const documentOf = (text: string): string => {
  if (text === "") return "";
  const compacted = compactPolicy(text);
  if (compacted === undefined) throw invalidRequest(`cannot parse policy document: ${shown(text)}`);
  return compacted;
};

const list = (given: readonly string[] | undefined, before: string[] | null): string[] | null =>
  given ? given.filter((item) => item !== "") : before;

const merged = (old: Role, input: RoleInput): Role => ({
  credential_types: input.credential_type === undefined ? old.credential_types : [input.credential_type],
  role_arns: list(input.role_arns, old.role_arns),
  policy_arns: list(input.policy_arns, old.policy_arns),
  policy_document: input.policy_document === undefined ? old.policy_document : documentOf(input.policy_document),
  iam_groups: list(input.iam_groups, old.iam_groups),
  iam_tags: input.iam_tags ? { ...input.iam_tags } : old.iam_tags,
  session_tags: input.session_tags ? { ...input.session_tags } : old.session_tags,
  external_id: input.external_id ?? old.external_id,
  default_sts_ttl: input.default_sts_ttl ?? old.default_sts_ttl,
  max_sts_ttl: input.max_sts_ttl ?? old.max_sts_ttl,
  user_path: input.user_path ?? old.user_path,
  permissions_boundary_arn: input.permissions_boundary_arn ?? old.permissions_boundary_arn,
  mfa_serial_number: input.mfa_serial_number ?? old.mfa_serial_number,
  legacy: false,
});

/** Writes or changes a role; answers warnings. Throws `invalid_request` with Vault's texts. */
export const writeRole = async (name: string, input: RoleInput, cx: BackendContext): Promise<readonly string[]> => {
  const { policy = "", arn = "" } = input;
  if (policy !== "" && arn !== "") throw broken("only one of policy or arn should be provided");
  const old = policy || arn;
  if (old !== "") refuseMixture(input);
  await change<void>(
    cx.storage,
    roleAddress(cx.storage, name),
    (entry) => {
      const before = entry ? StoredRole.parse(entry.body) : NEW_ROLE;
      const body = old === "" ? merged(before, input) : legacyRole(old);
      checkRole(body);
      return { op: "put", body, result: undefined };
    },
    { busy },
  );
  return old === "" ? [] : [LEGACY_WARNING];
};

/** What a read shows. */
export const showRole = ({ credential_types, legacy: _, ...role }: Role): z.output<typeof RoleShown> => ({
  ...role,
  credential_type: credential_types.join(","),
});
