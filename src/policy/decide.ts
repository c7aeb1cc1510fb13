import type { JsonObject } from "../std/json.ts";
import type { Acl } from "./compile.ts";
import { type Folding, foldAcl } from "./folding.ts";
import { parameterProblem } from "./parameters.ts";
import { CAPABILITY_BITS, type RuleSource } from "./policy.ts";
import { denies, type Rule } from "./rule.ts";
import { canonicalPath, isListing, ruleFor, ruleForList } from "./select.ts";

/**
 * The line that allows or denies. Pure: no clock, no storage, no exception; the same ACL and request always give the
 * same decision. It trusts that the path is canonical (decoded once, no dot segments) and the operation already told
 * create from update.
 *
 * Security: the default is denial; `allowed: true` is written in three places only, for root, for help, and at the end
 * of every check. A new check goes before that end.
 */

export interface AccessRequest {
  /** Without `/v1/`, canonical; matched in its own case. A LIST or SCAN is judged with its final slash, given or not. */
  readonly path: string;
  /** Where a name in the path folds: rules that write it in another spelling count too. */
  readonly folding?: Folding | undefined;
  readonly operation: "create" | "read" | "update" | "patch" | "delete" | "list" | "scan" | "help";
  /** Top-level keys of the body; for reads, all query parameters. */
  readonly parameters?: JsonObject;
  /** Seconds of the wrapping asked for; absent or 0: none asked for. */
  readonly wrapTtl?: number | undefined;
  /** The backend declares that this operation needs `sudo` besides its own capability. */
  readonly sudoPath: boolean;
}

export type DecisionReason =
  | "root"
  | "help"
  | "granted"
  | "no_rule"
  | "explicit_deny"
  | "capability_missing"
  | "wrapping_required"
  | "wrapping_too_long"
  | "wrapping_too_short"
  | "wrapping_impossible"
  | "parameter_required"
  | "parameter_denied"
  | "parameter_not_allowed"
  | "sudo_missing";

export interface DecidingRule {
  readonly pattern: string;
  /** Where the decision is written: the stanzas that grant or deny, otherwise all that make up the rule. */
  readonly policies: readonly RuleSource[];
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: DecisionReason;
  /** Absent for root, help and where no rule matches. */
  readonly rule?: DecidingRule;
  /** The parameter at fault. Sent by the caller: never print it raw. */
  readonly parameter?: string;
  readonly isRoot: boolean;
}

const sourcesOf = (rule: Rule, bit: number): readonly RuleSource[] => {
  if (rule.sources.length === 1) return rule.sources.map(({ name, line }) => ({ name, line }));
  const granting = rule.sources.filter((source) => (source.capabilities & bit) !== 0);
  return (granting.length > 0 ? granting : rule.sources).map(({ name, line }) => ({ name, line }));
};

type Problem = { readonly reason: DecisionReason; readonly parameter?: string };

const wrappingProblem = ({ constraints }: Rule, wrapTtl: number): Problem | undefined => {
  const { minWrappingTtl: min, maxWrappingTtl: max } = constraints;
  if (max === 0 && min === 0) return undefined;
  // No stanza may say so alone, but two merged ones can.
  if (max > 0 && max < min) return { reason: "wrapping_impossible" };
  if (!(wrapTtl > 0)) return { reason: "wrapping_required" };
  if (max > 0 && wrapTtl > max) return { reason: "wrapping_too_long" };
  return wrapTtl < min ? { reason: "wrapping_too_short" } : undefined;
};

const CHECKED = new Set<AccessRequest["operation"]>(["read", "create", "update", "patch"]);

/** What a rule has against a request, in Vault's order; `undefined`: nothing. */
const problemOf = (rule: Rule, request: AccessRequest, bit: number): Problem | undefined => {
  if (denies(rule)) return { reason: "explicit_deny" };
  if ((rule.capabilities & bit) === 0) return { reason: "capability_missing" };
  const wrapping = wrappingProblem(rule, request.wrapTtl ?? 0);
  if (wrapping !== undefined) return wrapping;
  const parameter = CHECKED.has(request.operation) && parameterProblem(rule.constraints, request.parameters ?? {});
  if (parameter) return parameter;
  const sudo = (rule.capabilities & CAPABILITY_BITS.sudo) !== 0;
  return request.sudoPath && !sudo ? { reason: "sudo_missing" } : undefined;
};

/** The decision of one rule; `bit` is the capability that the operation needs. */
export const judge = (rule: Rule, request: AccessRequest, bit: number): Decision => {
  const problem = problemOf(rule, request, bit);
  const named = { pattern: rule.pattern, policies: sourcesOf(rule, bit) };
  if (problem !== undefined) return { allowed: false, ...problem, rule: named, isRoot: false };
  return { allowed: true, reason: "granted", rule: named, isRoot: false };
};

/** The rules that speak for a path: as written where one of them denies so, else as they read where the path folds. */
export const rulesAt = (acl: Acl, path: string, list: boolean, folding: Folding | undefined): Acl => {
  const read = folding && foldAcl(acl, folding);
  if (read === undefined || read === acl) return acl;
  const written = list ? ruleForList(acl, path) : ruleFor(acl, path);
  return written !== undefined && denies(written) ? acl : read;
};

/** Whether the token's policies allow the request, by which rule, or why not. */
export const decide = (acl: Acl, request: AccessRequest): Decision => {
  if (acl.root) return { allowed: true, reason: "root", isRoot: true };
  if (request.operation === "help") return { allowed: true, reason: "help", isRoot: false };
  const path = canonicalPath(request.path);
  const list = isListing(request.operation);
  const rules = rulesAt(acl, path, list, request.folding);
  const rule = list ? ruleForList(rules, path) : ruleFor(rules, path);
  if (rule === undefined) return { allowed: false, reason: "no_rule", isRoot: false };
  return judge(rule, request, CAPABILITY_BITS[request.operation]);
};
