import { z } from "zod";
import type { Seconds } from "../std/brand.ts";
import { parseGoBool } from "../std/go-bool.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../std/json.ts";
import { shown } from "../std/shown.ts";
import { DurationError, parseDuration } from "../std/time.ts";

/**
 * Vault's wire types, once. A body field may come as text, number or boolean and is coerced as Vault's weak typing
 * does; what cannot be coerced is refused with the text Vault's clients know. Every field is optional: absent is
 * `undefined`, JSON null is the zero value (but absent for durations and times).
 */

/** Why a value cannot be coerced; leaves the coercion at once, however deep. */
class Refusal extends Error {
  override readonly name = "Refusal";
}

const refuse = (why: string): never => {
  throw new Refusal(why);
};

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return value instanceof JsonNumber ? "number" : typeof value === "object" ? "map" : typeof value;
};

const numberText = (value: unknown): string | undefined =>
  value instanceof JsonNumber ? value.toString() : typeof value === "number" ? String(value) : undefined;

const wants = (type: string, value: unknown): string =>
  `'' expected type '${type}', got unconvertible type '${kindOf(value)}'`;

const field = <T>(
  description: string,
  schema: { readonly type?: string; readonly format?: string; readonly items?: { readonly type: string } },
  coerce: (value: unknown, fail: (why: string) => never) => T,
): z.ZodType<T | undefined> =>
  z
    .unknown()
    .transform((value, ctx) => {
      if (value === undefined) return undefined;
      try {
        return coerce(value, refuse);
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        ctx.addIssue({ code: "custom", message: cause.message });
        return z.NEVER;
      }
    })
    .meta({ description, ...schema })
    .optional() as z.ZodType<T | undefined>;

const coerceText = (value: unknown, fail: (why: string) => never): string => {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  return numberText(value) ?? fail(wants("string", value));
};

const coerceFlag = (value: unknown, fail: (why: string) => never): boolean => {
  if (typeof value === "boolean") return value;
  if (value === null) return false;
  const text = typeof value === "string" ? value : numberText(value);
  const read = text === "" ? false : parseGoBool(text ?? "");
  if (read !== undefined) return read;
  return typeof value === "string"
    ? fail(`cannot parse '' as bool: strconv.ParseBool: parsing ${shown(value)}: invalid syntax`)
    : fail(wants("bool", value));
};

const coerceInteger = (value: unknown, fail: (why: string) => never): number => {
  if (value === null || value === "") return 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = typeof value === "string" ? value : numberText(value);
  if (text === undefined) return fail(wants("int", value));
  // Leading zeros would mean octal to the reference; they are refused instead of guessed at.
  const n = /^[+-]?(?:0|[1-9]\d*)$/.test(text) ? Number(text) + 0 : Number.NaN;
  return Number.isSafeInteger(n)
    ? n
    : fail(`cannot parse '' as int: strconv.ParseInt: parsing ${shown(text)}: invalid syntax`);
};

const coerceDuration = (value: unknown, fail: (why: string) => never): Seconds => {
  const text = typeof value === "string" ? value : numberText(value);
  if (text === undefined) return fail(wants("duration", value));
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof DurationError) return fail(cause.message);
    throw cause;
  }
};

const coerceItems = (value: unknown, fail: (why: string) => never, split: boolean): readonly string[] => {
  if (value === null || value === "") return [];
  const texts = Array.isArray(value) ? value.map((item) => coerceText(item, fail)) : [coerceText(value, fail)];
  const items = split && !Array.isArray(value) ? texts.flatMap((text) => text.split(",")) : texts;
  return items.map((item) => item.trim());
};

const coerceKeyValues = (value: unknown, fail: (why: string) => never): Readonly<Record<string, string>> => {
  if (value === null || value === "") return {};
  const plain = (object: JsonObject) =>
    Object.entries(object).map(([key, item]): [string, string] => [key, coerceText(item, fail)]);
  if (isJsonObject(value)) return Object.fromEntries(plain(value));
  const items: readonly unknown[] = Array.isArray(value) ? value : [coerceText(value, fail)];
  if (items.length > 0 && items.every(isJsonObject)) return Object.fromEntries(items.flatMap(plain));
  return Object.fromEntries(
    items.map((item): [string, string] => {
      const text = coerceText(item, fail);
      const cut = text.indexOf("=");
      return cut < 1 ? fail(`invalid key pair ${shown(text)}`) : [text.slice(0, cut), text.slice(cut + 1)];
    }),
  );
};

/** Text; numbers and booleans become text. */
export const text = (description: string) => field(description, { type: "string" }, coerceText);

export const flag = (description: string) => field(description, { type: "boolean" }, coerceFlag);

export const integer = (description: string) => field(description, { type: "integer" }, coerceInteger);

/** Whole seconds, from a number or Vault's duration text; negative is refused. */
export const duration = (description: string) =>
  field(description, { type: "string", format: "duration" }, (value, fail): Seconds | undefined => {
    if (value === null) return undefined;
    const total = coerceDuration(value, fail);
    return total < 0 ? fail(`cannot provide negative value '${total}'`) : total;
  });

/** As `duration`, but negative values pass (KV's `delete_version_after` uses `-1s` for "never"). */
export const signedDuration = (description: string) =>
  field(description, { type: "string", format: "duration" }, (value, fail): Seconds | undefined =>
    value === null ? undefined : coerceDuration(value, fail),
  );

/** A list, or text split at commas; entries are trimmed. */
export const commaList = (description: string) =>
  field(description, { type: "array", items: { type: "string" } }, (value, fail) => coerceItems(value, fail, true));

/** A list; text is one element, never split. Entries are trimmed. */
export const textList = (description: string) =>
  field(description, { type: "array", items: { type: "string" } }, (value, fail) => coerceItems(value, fail, false));

/** An object of plain values, or a list of `key=value`. */
export const keyValues = (description: string) => field(description, { type: "object" }, coerceKeyValues);

/** An object, unchanged. */
export const map = (description: string) =>
  field(description, { type: "object" }, (value, fail): JsonObject => {
    if (value === null) return {};
    return isJsonObject(value) ? value : fail(wants("map[string]interface {}", value));
  });

/** Any JSON value, unchanged. */
export const anyValue = (description: string) => field(description, {}, (value) => value as JsonValue);

/** The whole body or query as one object: nothing in it is unknown (KV v1, cubbyhole). */
export const anyBody = (description: string): z.ZodType<JsonObject> =>
  z.custom<JsonObject>(isJsonObject).meta({ description, type: "object" });
