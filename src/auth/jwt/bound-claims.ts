import { invalidRequest, type VaultError } from "../../framework/index.ts";
import { matchesGlob } from "../../std/glob.ts";
import { JsonNumber, type JsonObject, type JsonValue, writeJson } from "../../std/json.ts";
import { cut, shown } from "../../std/shown.ts";
import { asList, claimAt } from "./claims.ts";

/**
 * Claims that a role binds: each must be in the token, with one of the values the role names. Values compare by type,
 * numbers exactly. Source: vault-plugin-auth-jwt, `claims.go`.
 */

export type BoundClaimsType = "string" | "glob";

const numberText = (value: JsonValue): string | undefined => {
  if (typeof value === "number") return String(value);
  return value instanceof JsonNumber ? value.value : undefined;
};

/** The same value of the same type. `7` is `7.0`; what a double cannot hold is compared as it is written. */
const isSame = (bound: JsonValue, claim: JsonValue): boolean => {
  const [a, b] = [numberText(bound), numberText(claim)];
  if (a === undefined || b === undefined) return bound === claim;
  return (
    a === b || (Math.abs(Number(a)) <= Number.MAX_SAFE_INTEGER && Number(a) === Number(b) && !/\d{17}/.test(a + b))
  );
};

const matches = (type: BoundClaimsType, bound: JsonValue, claim: JsonValue): boolean => {
  if (type === "string") return isSame(bound, claim);
  return typeof bound === "string" && typeof claim === "string" && matchesGlob(bound, claim);
};

const refused = (why: string): VaultError => invalidRequest(`error validating claims: ${why}`);

/** Throws for the first bound claim that the token does not meet. */
export const checkBoundClaims = (type: BoundClaimsType, bound: JsonObject, claims: JsonObject): void => {
  for (const [name, wanted] of Object.entries(bound)) {
    const claim = claimAt(claims, name);
    if (claim === undefined) throw refused(`claim ${shown(name)} is missing`);
    const has = asList(claim);
    if (!has) throw refused(`received claim is not a string, bool, int or list: ${cut(writeJson(claim))}`);
    const accepted = asList(wanted) ?? [];
    if (!accepted.some((value) => has.some((item) => matches(type, value, item))))
      throw refused(`claim ${shown(name)} does not match any associated bound claim values`);
  }
};

const isPlain = (value: JsonValue): boolean => !Array.isArray(value) && asList(value) !== undefined;

/** Throws for a binding that no token could meet, so that none is stored and ignored. */
export const checkBindings = (type: BoundClaimsType, bound: JsonObject): void => {
  for (const value of Object.values(bound)) {
    const list = asList(value);
    if (type === "glob" && !list) throw invalidRequest(`claim is not a string or list: ${cut(writeJson(value))}`);
    const odd = list?.find((item) => (type === "glob" ? typeof item !== "string" : !isPlain(item)));
    if (odd !== undefined && type === "glob") throw invalidRequest(`claim is not a string: ${cut(writeJson(odd))}`);
    if (!list || odd !== undefined)
      throw invalidRequest(`bound claim is not a string, bool, int or list: ${cut(writeJson(value))}`);
  }
};
