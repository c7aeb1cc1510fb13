import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";

/** Claims by name, or by JSON pointer where the name begins with a slash (RFC 6901). */

/** The tokens of a pointer, unescaped. */
const tokensOf = (pointer: string): readonly string[] =>
  pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The pointer that leads through these names. */
export const pointerTo = (...names: readonly string[]): string =>
  names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const step = (value: JsonValue | undefined, token: string): JsonValue | undefined => {
  if (Array.isArray(value)) return /^(?:0|[1-9]\d{0,8})$/.test(token) ? value[Number(token)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
};

export const claimNamed = (claims: JsonObject, name: string): JsonValue | undefined => step(claims, name);

/** `undefined` for a claim that is not there, and for one that is null. */
export const claimAt = (claims: JsonObject, name: string): JsonValue | undefined => {
  const value = name.startsWith("/")
    ? tokensOf(name).reduce<JsonValue | undefined>(step, claims)
    : claimNamed(claims, name);
  return value ?? undefined;
};

const setIn = (value: JsonValue | undefined, [first, ...rest]: readonly string[], to: JsonValue): JsonValue => {
  if (first === undefined) return to;
  const object = isJsonObject(value) ? value : {};
  return { ...object, [first]: setIn(step(object, first), rest, to) };
};

/** The claims with one of them set, by name or pointer; objects on the way are made. */
export const withClaim = (claims: JsonObject, name: string, to: JsonValue): JsonObject => {
  const set = setIn(claims, name.startsWith("/") ? tokensOf(name) : [name], to);
  return isJsonObject(set) ? set : claims;
};

/** A list as it is, a text, flag or number as a list of one; `undefined` for what is neither. */
export const asList = (value: JsonValue): readonly JsonValue[] | undefined => {
  if (Array.isArray(value)) return value;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return [value];
  return value instanceof JsonNumber ? [value] : undefined;
};
