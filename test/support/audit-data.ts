import { CLEAR_NAMES, STRUCTURE } from "../../src/audit/clear-names.ts";
import type { Hash } from "../../src/audit/style.ts";
import { JsonNumber } from "../../src/std/json.ts";
import { Sensitive } from "../../src/std/sensitive.ts";

/** The data of a request or an answer as objects of Vault's audit format: the part of `audit-entry.ts` that hashes. */

/** `log_raw`. */
export const raw: Hash = (value) => value;

export interface DataRules {
  readonly hash: Hash;
  /** Names whose whole value stays as it is: the mount's operator says so. */
  readonly clearKeys: ReadonlySet<string>;
  /** Whatever the caller stores is the body itself (KV version 1, cubbyholes): no name means anything. */
  readonly payload: boolean;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

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
export const whole = (text: string, hash: Hash): object => ({ omitted: hash(text), bytes: Buffer.byteLength(text) });

/** Objects without a prototype: `__proto__` is a key like any other. */
const objectFrom = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> => {
  const object: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
};

const plainOf = (value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  const text = value instanceof JsonNumber ? undefined : textOf(value);
  if (text !== undefined) return text;
  if (value instanceof JsonNumber) return value;
  if (Array.isArray(value)) return value.map(plainOf);
  return objectFrom(Object.entries(value).map(([name, item]) => [name, plainOf(item)]));
};

/** A single value. `clear`: its name allows numbers and times to be shown. */
const redactLeaf = (value: unknown, clear: boolean, hash: Hash): unknown => {
  switch (typeof value) {
    case "string":
      return clear && TIME.test(value) ? value : hash(value);
    case "number":
      return clear ? value : hash(String(value));
    case "bigint":
      return hash(value.toString());
    default:
      return value;
  }
};

/** Data of any shape, hashed leaf by leaf. Booleans, null and names stay; of the rest only what the rules name. */
export const redactData = (data: unknown, rules: DataRules): unknown => {
  if (rules.hash === raw) return plainOf(data);
  /** A value under its name. `settings`: names are meaningful at this depth. */
  const walk = (value: unknown, name: string, settings: boolean): unknown => {
    const clear = settings && CLEAR_NAMES.has(name);
    if (typeof value !== "object" || value === null) return redactLeaf(value, clear, rules.hash);
    const text = textOf(value);
    if (text !== undefined) return clear && value instanceof JsonNumber ? value : rules.hash(text);
    if (Array.isArray(value)) return value.map((item) => walk(item, name, settings));
    const within = settings && (name === "" || STRUCTURE.has(name));
    return objectFrom(
      Object.entries(value).map(([key, item]) => [
        key,
        rules.clearKeys.has(key) ? plainOf(item) : walk(item, key, within),
      ]),
    );
  };
  return walk(data, "", !rules.payload);
};
