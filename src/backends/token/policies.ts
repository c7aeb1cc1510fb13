import type { Token } from "../../core/tokens/types.ts";
import { invalidRequest } from "../../framework/index.ts";
import { canonicalPolicyNames, globMatch } from "../../policy/index.ts";
import { shown, shownList } from "../../std/shown.ts";
import type { Role } from "./roles.ts";

/**
 * Which policies a new token gets. Pure.
 *
 * Security: without sudo and without a role a child can have no policy its parent lacks; `root` comes from root alone.
 */

const NOT_ASSIGNABLE = ["response-wrapping", "control-group"];

export interface PolicyRequest {
  readonly requested: readonly string[] | undefined;
  readonly noDefaultPolicy: boolean;
  readonly parent: Token;
  readonly sudo: boolean;
  readonly role: Role | undefined;
}

const restricts = (role: Role): boolean =>
  role.allowedPolicies.length > 0 ||
  role.disallowedPolicies.length > 0 ||
  role.allowedPoliciesGlob.length > 0 ||
  role.disallowedPoliciesGlob.length > 0;

const byRole = (role: Role, request: PolicyRequest): readonly string[] => {
  const allowed = canonicalPolicyNames(role.allowedPolicies);
  const disallowed = canonicalPolicyNames(role.disallowedPolicies);
  const isDisallowed = (name: string): boolean =>
    disallowed.includes(name) || role.disallowedPoliciesGlob.some((glob) => globMatch(glob, name));
  const addDefault = !request.noDefaultPolicy && !role.fields.token_no_default_policy && !isDisallowed("default");
  const withDefault = (names: readonly string[]): readonly string[] =>
    canonicalPolicyNames(addDefault && !names.includes("root") ? [...names, "default"] : names);

  const restricted = allowed.length > 0 || role.allowedPoliciesGlob.length > 0;
  const nothing = request.requested === undefined || request.requested.length === 0;
  let candidate: readonly string[];
  if (nothing) candidate = withDefault(restricted ? allowed : request.parent.policies);
  else {
    candidate = withDefault(request.requested ?? []);
    const mayHave = withDefault(allowed);
    const outside = candidate.some(
      (name) => !mayHave.includes(name) && !role.allowedPoliciesGlob.some((glob) => globMatch(glob, name)),
    );
    if (restricted && outside) {
      throw invalidRequest(
        `token policies (${shownList(candidate, shown)}) must be subset of the role's allowed policies (${shownList(mayHave, shown)}) or glob policies (${shownList([...role.allowedPoliciesGlob].sort(), shown)})`,
      );
    }
  }
  const refused = candidate.find(isDisallowed);
  if (refused !== undefined) throw invalidRequest(`token policy ${shown(refused)} is disallowed by this role`);
  return candidate;
};

const byParent = (request: PolicyRequest): readonly string[] => {
  const { requested, parent, sudo } = request;
  const parents = canonicalPolicyNames(parent.policies);
  if (requested === undefined || requested.length === 0) return parents;
  const names = canonicalPolicyNames(requested);
  if (sudo) return names.includes("root") ? names : canonicalPolicyNames([...names, "default"]);
  if (!parents.includes("root") && names.some((name) => !parents.includes(name))) {
    throw invalidRequest("child policies must be subset of parent");
  }
  return parents.includes("default") ? canonicalPolicyNames([...names, "default"]) : names;
};

export const tokenPolicies = (request: PolicyRequest): readonly string[] => {
  const { role, parent } = request;
  const restricted = role !== undefined && restricts(role);
  let names = restricted ? byRole(role, request) : byParent(request);
  if (!restricted && request.noDefaultPolicy) names = names.filter((name) => name !== "default");
  const refused = names.find((name) => NOT_ASSIGNABLE.includes(name));
  if (refused !== undefined) throw invalidRequest(`cannot assign policy ${shown(refused)}`);
  if (!names.includes("root")) return names;
  if (!parent.policies.includes("root")) {
    throw invalidRequest("root tokens may not be created without parent token being root");
  }
  return ["root"];
};
