import { z } from "zod";
import { AnyObject } from "../../framework/answers.ts";
import { field, invalidRequest } from "../../framework/index.ts";
import {
  checkOlderTtl,
  checkPeriod,
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  type TokenFields,
  tokenShape,
} from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { cut, shown } from "../../std/shown.ts";
import { type BoundClaimsType, checkBindings } from "./bound-claims.ts";

/** What a role is and may say. Pure: previous role and write in, new role out, or a refusal in Vault's words. */

const { policies, bound_cidrs, num_uses, ttl, max_ttl, period } = legacyTokenShape;

export const roleShape = {
  role_type: field.text("`jwt` or `oidc`; `oidc` whenever it is not given."),
  user_claim: field.text("Claim that names the user."),
  user_claim_json_pointer: field.flag("Whether `user_claim` is a JSON pointer."),
  bound_audiences: field.commaList("Audiences, one of which the token must name."),
  bound_subject: field.text("Subject that the token must name."),
  bound_claims: field.map("Claims the token must have, each with one of the given values."),
  bound_claims_type: field.text("How they are compared: `string` or `glob`, in which `*` is any text."),
  claim_mappings: field.keyValues("Claims that become metadata, by the name they get there."),
  groups_claim: field.text("Claim that names the user's groups."),
  allowed_redirect_uris: field.commaList("Where the provider may send a browser back to."),
  oidc_scopes: field.commaList("Scopes to ask the provider for, besides `openid`."),
  max_age: field.duration("How long ago the user may have authenticated at the provider; 0: any time."),
  verbose_oidc_logging: field.flag("Log the names and types of a provider's claims, never their values."),
  callback_mode: field.text("`client`: the provider sends the browser to the client; `direct`: to this server."),
  poll_interval: field.integer(
    "Seconds between two polls of a client that waits for a direct callback; 5 unless given.",
  ),
  expiration_leeway: field.signedDuration("Life of a token without `exp`; 0: 150 s, -1: none."),
  not_before_leeway: field.signedDuration(
    "How long before its end a token without `nbf` is valid; 0: 150 s, -1: none.",
  ),
  clock_skew_leeway: field.signedDuration("How far clocks may differ; 0: 60 s, -1: none."),
  ...tokenShape,
  policies,
  bound_cidrs,
  num_uses,
  ttl,
  max_ttl,
  period,
};
const roleInput = z.object(roleShape);
export type RoleInput = z.output<typeof roleInput>;

const list = z.array(z.string()).nullable();

const shared = {
  role_type: z.enum(["jwt", "oidc"]),
  user_claim: z.string(),
  user_claim_json_pointer: z.boolean(),
  /** Lists and maps are `null` until set. */
  bound_audiences: list,
  bound_subject: z.string(),
  bound_claims: AnyObject.nullable(),
  bound_claims_type: z.enum(["string", "glob"]),
  claim_mappings: z.record(z.string(), z.string()).nullable(),
  groups_claim: z.string(),
  allowed_redirect_uris: list,
  oidc_scopes: list,
  max_age: z.number(),
  verbose_oidc_logging: z.boolean(),
  /** As written; 0 is the default, less is none. */
  expiration_leeway: z.number(),
  not_before_leeway: z.number(),
  clock_skew_leeway: z.number(),
};

export const storedRole = z.object({
  /** Tells this role from a later one of the same name. */
  id: z.string(),
  ...shared,
  callback_mode: z.enum(["client", "direct"]),
  poll_interval: z.number(),
  ...storedTokenShape,
});
export type Role = z.output<typeof storedRole>;

export const RoleShown = z.object({
  ...shared,
  callback_mode: z.enum(["client", "direct"]).optional(),
  poll_interval: z.number().optional(),
  ...shownTokenShape,
});

/** What a read shows; how a direct callback ends only for a role that has one, since Vault has none. */
export const showRole = ({ id: _, callback_mode, poll_interval, ...role }: Role): z.output<typeof RoleShown> => {
  const { token_legacy: __, ...plain } = role;
  return {
    ...plain,
    ...(callback_mode === "direct" && { callback_mode, poll_interval }),
    ...readTokenFields(role),
  };
};

const newRole = (id: string): Role => ({
  id,
  role_type: "oidc",
  user_claim: "",
  user_claim_json_pointer: false,
  bound_audiences: null,
  bound_subject: "",
  bound_claims: null,
  bound_claims_type: "string",
  claim_mappings: null,
  groups_claim: "",
  allowed_redirect_uris: null,
  oidc_scopes: null,
  max_age: 0,
  verbose_oidc_logging: false,
  expiration_leeway: 0,
  not_before_leeway: 0,
  clock_skew_leeway: 0,
  callback_mode: "client",
  poll_interval: 5,
  ...emptyTokenFields,
});

const oneOf = <T extends string>(name: string, given: string, known: readonly T[]): T => {
  const found = known.find((value) => value === given);
  if (found !== undefined) return found;
  throw invalidRequest(`invalid '${name}': ${cut(given)}`);
};

/** The texts of a list that say something; `previous` where the write names none. */
const texts = (given: readonly string[] | undefined, previous: string[] | null): string[] | null =>
  given ? given.filter((text) => text !== "") : previous;

const checkMappings = (mappings: Readonly<Record<string, string>>): void => {
  const targets = new Set<string>();
  for (const target of Object.values(mappings)) {
    if (target === "role") throw invalidRequest('metadata key "role" is reserved and may not be a mapping destination');
    if (targets.has(target)) throw invalidRequest(`multiple keys are mapped to metadata key ${shown(target)}`);
    targets.add(target);
  }
};

const checkInterval = (interval: number): void => {
  if (interval < 1 || interval > 60) throw invalidRequest("poll_interval must be from 1 to 60 seconds");
};

/** Token fields, with this method's texts for its older names. */
const tokenFields = (previous: TokenFields, input: RoleInput, mountMax: Seconds): TokenFields => {
  if (input.token_ttl === undefined && input.token_max_ttl === undefined)
    checkOlderTtl(previous, input, "ttl should not be greater than max ttl");
  const fields = mergeTokenFields(previous, input);
  checkPeriod(
    fields,
    mountMax,
    (period, most) => `'period' of '${period}' is greater than the backend's maximum lease TTL of '${most}'`,
  );
  return fields;
};

const isBound = (role: Role): boolean =>
  (role.bound_audiences ?? []).length > 0 ||
  role.token_bound_cidrs.length > 0 ||
  role.bound_subject !== "" ||
  Object.keys(role.bound_claims ?? {}).length > 0;

const checkRole = (role: Role): void => {
  if (role.user_claim === "") throw invalidRequest("a user claim must be defined on the role");
  if (role.role_type === "oidc" && (role.allowed_redirect_uris ?? []).length === 0)
    throw invalidRequest("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
  if (role.role_type === "jwt" && !isBound(role))
    throw invalidRequest("must have at least one bound constraint when creating/updating a role");
};

const TRUNCATED =
  "token max ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

const warningsOf = (role: Role, mountMax: Seconds): readonly string[] =>
  role.token_max_ttl > mountMax ? [TRUNCATED] : [];

const boundClaims = (previous: Role, input: RoleInput) => {
  const type: BoundClaimsType = input.bound_claims_type
    ? oneOf("bound_claims_type", input.bound_claims_type, ["string", "glob"])
    : previous.bound_claims_type;
  const bound_claims = input.bound_claims ?? previous.bound_claims;
  checkBindings(type, bound_claims ?? {});
  return { bound_claims, bound_claims_type: type };
};

/**
 * The role after a write: what it names is replaced, the rest stays, except that a role whose type is not given becomes
 * `oidc`. Throws `invalid_request`.
 */
export const nextRole = (
  before: Role | undefined,
  input: RoleInput,
  freshId: string,
  mountMax: Seconds,
): { readonly role: Role; readonly warnings: readonly string[] } => {
  const previous = before ?? newRole(freshId);
  const role_type = oneOf("role_type", input.role_type || "oidc", ["jwt", "oidc"]);
  const fields = tokenFields(previous, input, mountMax);
  const claims = boundClaims(previous, input);
  checkMappings(input.claim_mappings ?? {});
  const role: Role = {
    id: previous.id,
    role_type,
    user_claim: input.user_claim ?? previous.user_claim,
    user_claim_json_pointer: input.user_claim_json_pointer ?? previous.user_claim_json_pointer,
    bound_audiences: texts(input.bound_audiences, previous.bound_audiences),
    bound_subject: input.bound_subject ?? previous.bound_subject,
    ...claims,
    claim_mappings: input.claim_mappings ?? previous.claim_mappings,
    groups_claim: input.groups_claim ?? previous.groups_claim,
    allowed_redirect_uris: texts(input.allowed_redirect_uris, previous.allowed_redirect_uris),
    oidc_scopes: texts(input.oidc_scopes, previous.oidc_scopes),
    max_age: input.max_age ?? previous.max_age,
    verbose_oidc_logging: input.verbose_oidc_logging ?? previous.verbose_oidc_logging,
    expiration_leeway: input.expiration_leeway ?? previous.expiration_leeway,
    not_before_leeway: input.not_before_leeway ?? previous.not_before_leeway,
    clock_skew_leeway: input.clock_skew_leeway ?? previous.clock_skew_leeway,
    callback_mode: oneOf("callback_mode", input.callback_mode || previous.callback_mode, ["client", "direct"]),
    poll_interval: input.poll_interval ?? previous.poll_interval,
    ...fields,
  };
  checkRole(role);
  checkInterval(role.poll_interval);
  return { role, warnings: warningsOf(role, mountMax) };
};
