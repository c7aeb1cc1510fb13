import { field, invalidRequest, multiError } from "../../framework/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { cut } from "../../std/shown.ts";

/**
 * The rules for `custom_metadata`: at most 64 pairs of text, keys to 128 bytes, values to 512, all printable.
 * Scalars become text as Vault's weak typing has it. Source: Vault's KV version 2 API, "Create/update metadata".
 */

const MAX_KEYS = 64;
const MAX_KEY_BYTES = 128;
const MAX_VALUE_BYTES = 512;
const PREFIX = "custom_metadata validation failed: ";

// Go's unicode.IsPrint: of the separators only the ASCII space.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ['"', '\\"'],
  ["\\", "\\\\"],
]);

const escaped = (char: string): string => {
  const known = ESCAPES.get(char);
  if (known !== undefined) return known;
  if (PRINTABLE.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

/** Text in quotes as Go's `%q` prints it. */
const quoted = (text: string): string => `"${[...cut(text)].map(escaped).join("")}"`;

const weakText = field.text("");

const asText = (value: JsonValue): string => {
  const parsed = weakText.safeParse(value);
  if (!parsed.success) throw invalidRequest(`${PREFIX}${parsed.error.issues[0]?.message ?? "not text"}`);
  return parsed.data ?? "";
};

const violations = ([key, value]: readonly [string, string]): string[] => {
  const found: string[] = [];
  const keyBytes = Buffer.byteLength(key);
  const valueBytes = Buffer.byteLength(value);
  if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES) {
    found.push(`length of key ${quoted(key)} is ${keyBytes} but must be 0 < len(key) <= ${MAX_KEY_BYTES}`);
  }
  if (valueBytes === 0 || valueBytes > MAX_VALUE_BYTES) {
    const rule = `must be 0 < len(value) <= ${MAX_VALUE_BYTES}`;
    found.push(`length of value for key ${quoted(key)} is ${valueBytes} but ${rule}`);
  }
  if (!PRINTABLE.test(key)) found.push(`key ${quoted(key)} (${cut(key)}) contains unprintable characters`);
  if (!PRINTABLE.test(value)) found.push(`value for key ${quoted(key)} contains unprintable characters`);
  return found;
};

const check = (count: number, pairs: readonly (readonly [string, string])[]): void => {
  const found =
    count > MAX_KEYS ? [`payload must contain at most ${MAX_KEYS} keys, provided ${count}`] : pairs.flatMap(violations);
  if (found.length === 0) return;
  throw invalidRequest(multiError(...found.map((line) => PREFIX + line)));
};

/** The map as given, in place of the old one. Throws `invalid_request` with every violation in one text. */
export const replaceCustom = (input: JsonObject): ReadonlyMap<string, string> => {
  const pairs = Object.entries(input).map(([key, value]) => [key, asText(value)] as const);
  check(pairs.length, pairs);
  return new Map(pairs);
};

/** Sets and, by null, removes single pairs; null instead of the map removes all. Same rules as `replaceCustom`. */
export const patchCustom = (
  old: ReadonlyMap<string, string>,
  patch: JsonObject | null,
): ReadonlyMap<string, string> => {
  if (!isJsonObject(patch)) return new Map();
  const members = Object.entries(patch);
  const set = members.filter(([, value]) => value !== null).map(([key, value]) => [key, asText(value)] as const);
  const merged = new Map([...old, ...set]);
  for (const [key, value] of members) if (value === null) merged.delete(key);
  check(Math.max(set.length, merged.size), set);
  return merged;
};

/** As answers show it: an object, or null when there is none. */
export const shownCustom = (custom: ReadonlyMap<string, string>): Readonly<Record<string, string>> | null =>
  custom.size === 0 ? null : Object.fromEntries(custom);
