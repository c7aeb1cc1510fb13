import { z } from "zod";
import { fromSealed } from "../../core/sealed.ts";
import { field, invalidRequest } from "../../framework/index.ts";
import {
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  type TokenFields,
  tokenShape,
} from "../../framework/token-params.ts";
import { canonicalPolicyNames } from "../../policy/names.ts";
import type { Seconds } from "../../std/brand.ts";
import { FOLDS } from "../../std/fold.ts";
import { shown } from "../../std/shown.ts";
import { seconds } from "../../std/time.ts";
import type { View } from "../../storage/store.ts";

/** Token roles: the limits of tokens that are made through a role. */

export interface StoredRole {
  readonly name: string;
  readonly allowedPolicies: readonly string[];
  readonly disallowedPolicies: readonly string[];
  readonly allowedPoliciesGlob: readonly string[];
  readonly disallowedPoliciesGlob: readonly string[];
  readonly allowedEntityAliases: readonly string[] | null;
  readonly orphan: boolean;
  readonly renewable: boolean;
  readonly pathSuffix: string;
  readonly tokenType: "service" | "batch" | "default-service" | "default-batch";
  readonly fields: TokenFields;
}

export interface Role extends StoredRole {
  readonly period: Seconds;
  readonly explicitMaxTtl: Seconds;
}

/** `name` as the path table folds it. */
export const roleKey = (name: string): string => `role/${name}`;

export const readRole = async (view: View, name: string): Promise<Role | undefined> => {
  const entry = await view.get(view.at(roleKey(name)));
  if (!entry) return undefined;
  const role = fromSealed<StoredRole>(entry.body);
  return {
    ...role,
    // Roles that were written before globs were folded still have them as they were sent.
    allowedPoliciesGlob: canonicalPolicyNames(role.allowedPoliciesGlob),
    disallowedPoliciesGlob: canonicalPolicyNames(role.disallowedPoliciesGlob),
    period: seconds(role.fields.token_period),
    explicitMaxTtl: seconds(role.fields.token_explicit_max_ttl),
  };
};

const TYPES = ["service", "batch", "default-service", "default-batch"] as const;
const isType = (text: string): text is StoredRole["tokenType"] => TYPES.some((type) => type === text);

const { period, explicit_max_ttl, bound_cidrs } = legacyTokenShape;
const { token_bound_cidrs, token_explicit_max_ttl, token_period, token_no_default_policy, token_num_uses } = tokenShape;

export const RoleInput = z.object({
  allowed_policies: field.commaList("policies the tokens may have"),
  disallowed_policies: field.commaList("policies the tokens may not have"),
  allowed_policies_glob: field.commaList("patterns of policies the tokens may have"),
  disallowed_policies_glob: field.commaList("patterns of policies the tokens may not have"),
  allowed_entity_aliases: field.commaList("entity aliases that may be asked for"),
  orphan: field.flag("tokens have no parent"),
  renewable: field.flag("tokens may be renewed"),
  path_suffix: field.text("added to the path of the tokens"),
  token_type: field.anyValue("service, batch, default-service or default-batch"),
  token_bound_cidrs,
  token_explicit_max_ttl,
  token_period,
  token_no_default_policy,
  token_num_uses,
  period,
  explicit_max_ttl,
  bound_cidrs,
});
type Given = z.output<typeof RoleInput>;

export const NEW_ROLE: Omit<StoredRole, "name"> = {
  allowedPolicies: [],
  disallowedPolicies: [],
  allowedPoliciesGlob: [],
  disallowedPoliciesGlob: [],
  allowedEntityAliases: null,
  orphan: false,
  renewable: true,
  pathSuffix: "",
  tokenType: "default-service",
  fields: emptyTokenFields,
};

const typeOf = (given: Given["token_type"], before: StoredRole["tokenType"]): StoredRole["tokenType"] => {
  if (given === undefined) return before;
  if (given === null) throw invalidRequest("Invalid 'token_type' value: null");
  const text = String(given);
  if (text === "") return "default-service";
  if (isType(text)) return text;
  throw invalidRequest(`invalid 'token_type' value ${shown(text)}`);
};

const suffixOf = (given: string | undefined, before: string): string => {
  if (given === undefined || given === "") return given ?? before;
  if (!/\w[\w.-]+\w/.test(given)) {
    throw invalidRequest("given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w");
  }
  if (given.includes("..")) {
    throw invalidRequest("error registering path suffix: path cannot contain parent references");
  }
  return given;
};

const checkBatch = (role: StoredRole): void => {
  if (role.tokenType !== "batch") return;
  const cannot = "'token_type' cannot be 'batch' when role is set to generate";
  if (!role.orphan) throw invalidRequest(`${cannot} non-orphan tokens`);
  if (role.fields.token_period !== 0) throw invalidRequest(`${cannot} periodic tokens`);
  if (role.renewable) throw invalidRequest(`${cannot} renewable tokens`);
  if (role.fields.token_explicit_max_ttl !== 0) throw invalidRequest(`${cannot} tokens with an explicit max TTL`);
};

const DOUBLES = ["bound_cidrs", "explicit_max_ttl", "period"] as const;
/** A warning for each field that is given by both its names. */
export const doubles = (given: Given): string[] =>
  DOUBLES.filter((old) => given[old] !== undefined && given[`token_${old}`] !== undefined).map(
    (old) => `Both 'token_${old}' and deprecated '${old}' value supplied, ignoring the deprecated value`,
  );

/** Names as they are compared with an alias: folded, sorted, without empty ones and duplicates. */
const aliasNames = (names: readonly string[]): readonly string[] =>
  [...new Set(names.map((name) => FOLDS.letters(name.trim())).filter((name) => name !== ""))].sort();

/** A role after a write. Throws `invalid_request` with Vault's texts. */
export const mergeRole = (before: StoredRole, given: Given): StoredRole => {
  if ((given.token_num_uses ?? 0) < 0) {
    throw invalidRequest("error parsing role fields: 'token_num_uses' cannot be negative");
  }
  const { token_type: _type, ...rest } = given;
  const role: StoredRole = {
    name: before.name,
    pathSuffix: suffixOf(given.path_suffix, before.pathSuffix),
    tokenType: typeOf(given.token_type, before.tokenType),
    allowedPolicies: canonicalPolicyNames(given.allowed_policies ?? before.allowedPolicies),
    disallowedPolicies: canonicalPolicyNames(given.disallowed_policies ?? before.disallowedPolicies),
    allowedPoliciesGlob: canonicalPolicyNames(given.allowed_policies_glob ?? before.allowedPoliciesGlob),
    disallowedPoliciesGlob: canonicalPolicyNames(given.disallowed_policies_glob ?? before.disallowedPoliciesGlob),
    allowedEntityAliases: given.allowed_entity_aliases
      ? aliasNames(given.allowed_entity_aliases)
      : before.allowedEntityAliases,
    orphan: given.orphan ?? before.orphan,
    renewable: given.renewable ?? before.renewable,
    fields: mergeTokenFields(before.fields, rest, { ignoreDoubles: true }),
  };
  checkBatch(role);
  return role;
};
