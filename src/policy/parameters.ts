import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../std/json.ts";
import { globMatch } from "./glob.ts";
import { canonicalPolicyName } from "./names.ts";
import type { Constraints, ParameterLists } from "./policy.ts";

/**
 * The parameter constraints of a rule: which top-level keys a request may, must and must not carry, and with which
 * values. Source: https://developer.hashicorp.com/vault/docs/concepts/policies#parameter-constraints
 *
 * Security: whatever could be read in two ways is read against the request. A number never satisfies an allowed number
 * (Vault's rule) but does hit a denied one; names of policies are compared one by one and in the form they are used
 * in, so that `ADMIN`, ` admin ` or `ok,admin` do not slip past a denied `admin`.
 */

export type ParameterProblem =
  | { readonly reason: "parameter_required"; readonly parameter: string }
  | { readonly reason: "parameter_denied"; readonly parameter: string }
  | { readonly reason: "parameter_not_allowed"; readonly parameter: string };

/** Parameters that hold policy names: always lists, trimmed and in lower case when used. */
const POLICY_NAMES = new Set([
  "policies",
  "token_policies",
  "allowed_policies",
  "allowed_policies_glob",
  "disallowed_policies",
  "disallowed_policies_glob",
]);

type NumberRule = "numbers match" | "numbers differ";

const equal = (a: JsonValue, b: JsonValue, numbers: NumberRule): boolean => {
  const aNumber = typeof a === "number" || a instanceof JsonNumber;
  const bNumber = typeof b === "number" || b instanceof JsonNumber;
  if (aNumber || bNumber) {
    return aNumber && bNumber && numbers === "numbers match" && Number(String(a)) === Number(String(b));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalHeld(item, b[index], numbers));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalHeld(a[key], b[key], numbers))
  );
};

/** Members of two values of one length or with the same keys: both are there. */
const equalHeld = (a: JsonValue | undefined, b: JsonValue | undefined, numbers: NumberRule): boolean =>
  a !== undefined && b !== undefined && equal(a, b, numbers);

const listed = (value: JsonValue, list: readonly JsonValue[], numbers: NumberRule): boolean =>
  list.some((entry) =>
    typeof entry === "string" && typeof value === "string" ? globMatch(entry, value) : equal(entry, value, numbers),
  );

const commaParts = (text: string): string[] => (text === "" ? [] : text.split(",").map((part) => part.trim()));

/** The elements of a list, or of a text that may be a comma-separated list; `undefined` for anything else. */
const elements = (value: JsonValue): readonly JsonValue[] | undefined => {
  if (Array.isArray(value)) return value;
  return typeof value === "string" ? commaParts(value) : undefined;
};

const policyNames = (value: JsonValue): readonly JsonValue[] => {
  const parts = elements(value) ?? [value];
  return parts.flatMap((part): readonly JsonValue[] => (typeof part === "string" ? commaParts(part) : [part]));
};

const folded = (value: JsonValue): JsonValue => (typeof value === "string" ? canonicalPolicyName(value) : value);

const isAllowed = (name: string, value: JsonValue, list: readonly JsonValue[]): boolean => {
  if (list.length === 0) return true;
  const allListed = (parts: readonly JsonValue[]): boolean =>
    parts.length > 0 && parts.every((part) => listed(part, list, "numbers differ"));
  if (POLICY_NAMES.has(name)) return allListed(policyNames(value));
  return listed(value, list, "numbers differ") || allListed(elements(value) ?? []);
};

const isDenied = (name: string, value: JsonValue, list: readonly JsonValue[]): boolean => {
  if (list.length === 0 || listed(value, list, "numbers match")) return true;
  if (POLICY_NAMES.has(name)) {
    const entries = list.map(folded);
    return policyNames(value).some((part) => listed(folded(part), entries, "numbers match"));
  }
  return elements(value)?.some((part) => listed(part, list, "numbers match")) ?? false;
};

const deniedParameter = (
  parameters: JsonObject,
  names: readonly string[],
  denied: ParameterLists,
): string | undefined => {
  if (denied.has("*")) return names[0];
  return names.find((name) => {
    const list = denied.get(name.toLowerCase());
    return list !== undefined && isDenied(name.toLowerCase(), parameters[name] ?? null, list);
  });
};

const strayParameter = (
  parameters: JsonObject,
  names: readonly string[],
  allowed: ParameterLists,
): string | undefined => {
  const any = allowed.has("*");
  if (allowed.size === 0 || (any && allowed.size === 1)) return undefined;
  return names.find((name) => {
    const list = allowed.get(name.toLowerCase());
    return list === undefined ? !any : !isAllowed(name.toLowerCase(), parameters[name] ?? null, list);
  });
};

/** The first constraint that the parameters break. Names fold to lower case, but a required one must come in it. */
export const parameterProblem = (constraints: Constraints, parameters: JsonObject): ParameterProblem | undefined => {
  const missing = constraints.required.find((name) => !Object.hasOwn(parameters, name));
  if (missing !== undefined) return { reason: "parameter_required", parameter: missing };
  if (constraints.denied === undefined && constraints.allowed === undefined) return undefined;
  const names = Object.keys(parameters);
  if (names.length === 0) return undefined;
  const hit = constraints.denied && deniedParameter(parameters, names, constraints.denied);
  if (hit !== undefined) return { reason: "parameter_denied", parameter: hit };
  const stray = constraints.allowed && strayParameter(parameters, names, constraints.allowed);
  return stray === undefined ? undefined : { reason: "parameter_not_allowed", parameter: stray };
};
