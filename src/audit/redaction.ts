import { JsonNumber } from "../std/json.ts";
import { Sensitive } from "../std/sensitive.ts";
import { CLEAR_NAMES, STRUCTURE } from "./clear-names.ts";
import { key } from "./members.ts";
import type { Style } from "./style.ts";

/**
 * Writes a request's or answer's data as a line may show it, in one pass. It trusts nothing by value: a text or number is
 * clear only because of its name.
 */

export interface DataRules {
  readonly style: Style;
  /** Names whose whole value stays as it is: the mount's operator says so. */
  readonly clearKeys: ReadonlySet<string>;
  /** Whatever the caller stores is the body itself (KV version 1, cubbyholes): no name means anything. */
  readonly payload: boolean;
  /** `keys` and `key_info` of a listing as their number. */
  readonly elided?: boolean;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** What is an object to JavaScript, but one value to a reader; numbers that were kept as text among them. */
const textOf = (value: object): string | undefined => {
  if (value instanceof JsonNumber) return value.toString();
  if (value instanceof Sensitive) return String(value.reveal());
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("latin1");
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  }
  return undefined;
};

/** Data that is not shown leaf by leaf: its hash, so that it is still recognised, and its length. */
export const whole = (text: string, style: Style): string =>
  `{"omitted":${style.hashed(text)},"bytes":${Buffer.byteLength(text)}}`;

/** Whether data holds more than `most` values; looks no further than that. */
export const hasMoreLeaves = (data: unknown, most: number): boolean => {
  let left = most;
  const count = (value: unknown): void => {
    if (left < 0) return;
    left -= 1;
    if (typeof value === "object" && value !== null) for (const item of Object.values(value)) count(item);
  };
  count(data);
  return left < 0;
};

/** Most texts whose hashes are kept while one answer is written: in a list of thousands the same few come again and again. */
const KEPT_HASHES = 1000;

/**
 * A function that makes each hash once. For one line and no longer: what it keeps are secrets.
 */
const eachOnce = (hashed: Style["hashed"]): Style["hashed"] => {
  const known = new Map<string, string>();
  return (value) => {
    const kept = known.get(value);
    if (kept !== undefined) return kept;
    const made = hashed(value);
    if (known.size < KEPT_HASHES) known.set(value, made);
    return made;
  };
};

/** How the members of a value are written, each under its name. */
type WriteItem = (value: unknown, name: string) => string | undefined;

const listText = (items: readonly unknown[], name: string, write: WriteItem): string => {
  let text = "";
  for (const item of items) text += `,${write(item, name) ?? "null"}`;
  return `[${text.slice(1)}]`;
};

const objectText = (value: object, write: WriteItem): string => {
  let text = "";
  for (const [name, item] of Object.entries(value)) {
    const written = write(item, name);
    if (written !== undefined) text += `,${key(name)}:${written}`;
  }
  return `{${text.slice(1)}}`;
};

/** A value in the clear, with all below it; `undefined`: JSON has nothing for it. */
export const plainText = (value: unknown, style: Style): string | undefined => {
  if (typeof value === "string") return style.text(value);
  if (typeof value === "bigint") return style.text(value.toString());
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const text = textOf(value);
  if (text !== undefined) return value instanceof JsonNumber ? text : style.text(text);
  const write: WriteItem = (item) => plainText(item, style);
  return Array.isArray(value) ? listText(value, "", write) : objectText(value, write);
};

/** A single value. `clear`: its name allows numbers and times to be shown. */
const leafText = (value: unknown, clear: boolean, style: Pick<Style, "text" | "hashed">): string | undefined => {
  switch (typeof value) {
    case "string":
      return clear && TIME.test(value) ? style.text(value) : style.hashed(value);
    case "number":
      return clear ? JSON.stringify(value) : style.hashed(String(value));
    case "bigint":
      return style.hashed(value.toString());
    default:
      return JSON.stringify(value);
  }
};

const isCounted = (name: string, value: unknown): value is object =>
  (name === "keys" || name === "key_info") &&
  typeof value === "object" &&
  value !== null &&
  textOf(value) === undefined;

/**
 * Data of any shape as JSON, hashed leaf by leaf. Booleans, null and names stay; of the rest only what the rules name.
 * `undefined`: JSON has nothing for it.
 */
export const redactedText = (data: unknown, rules: DataRules): string | undefined => {
  const { style, clearKeys } = rules;
  const hashed = eachOnce(style.hashed);
  const leaf = { text: style.text, hashed };
  /** A value under its name. `settings`: names are meaningful at this depth. */
  const walk = (value: unknown, name: string, settings: boolean): string | undefined => {
    const clear = settings && CLEAR_NAMES.has(name);
    if (typeof value !== "object" || value === null) return leafText(value, clear, leaf);
    const text = textOf(value);
    if (text !== undefined) return clear && value instanceof JsonNumber ? text : hashed(text);
    if (Array.isArray(value)) return listText(value, name, (item) => walk(item, name, settings));
    const within = settings && (name === "" || STRUCTURE.has(name));
    return objectText(value, (item, own) => (clearKeys.has(own) ? plainText(item, style) : walk(item, own, within)));
  };
  if (!rules.elided || typeof data !== "object" || data === null || textOf(data) !== undefined) {
    return style.raw ? plainText(data, style) : walk(data, "", !rules.payload);
  }
  const redact = (value: unknown, name: string): string | undefined =>
    style.raw || clearKeys.has(name) ? plainText(value, style) : walk(value, name, !rules.payload);
  return objectText(data, (item, name) => (isCounted(name, item) ? `${Object.keys(item).length}` : redact(item, name)));
};
