import { LosslessNumber, parse, stringify } from "lossless-json";

/** In a text that `JSON.stringify` made, it tells of a `JsonNumber`. A character that nobody assigns a meaning to. */
const MET = "\uE000number";

/**
 * JSON without losses: a number that a double would change (`1.0`, `1e2`, 64-bit integers) stays the text it was,
 * as a `JsonNumber`; every other number is a plain `number`. Equal keys: the last wins. `__proto__` is a key.
 */
export class JsonNumber extends LosslessNumber {
  /** `JSON.stringify` cannot write it: see `writeJson`. */
  toJSON(): string {
    return MET;
  }
}
export type JsonValue = null | boolean | number | string | JsonNumber | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

const MAY_LOSE = /\d[.eE]|\d{16}|-0/;

/** The place behind the string of JSON that begins at `open`; the text's end where it has none. */
export const stringEnd = (text: string, open: number): number => {
  for (let quote = text.indexOf('"', open + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === "\\") first -= 1;
    // An even number of backslashes escapes itself and not the quote.
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return text.length;
};

/**
 * Whether a number in the text could lose something; digits inside strings do not count. One pass over the text. What
 * is between two strings is mostly one sign, in which nothing could.
 */
const mayLose = (text: string): boolean => {
  if (!MAY_LOSE.test(text)) return false;
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('"', at);
    const end = open < 0 ? text.length : open;
    if (end - at > 1 && MAY_LOSE.test(text.slice(at, end))) return true;
    if (open < 0) return false;
    at = stringEnd(text, open);
  }
  return false;
};

const keepText = (text: string): number | JsonNumber => {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : new JsonNumber(text);
};

/** Parses JSON text. Throws `SyntaxError`. Depth is not limited here: limit it before (see `src/http/body.ts`). */
export const parseJson = (text: string): JsonValue =>
  mayLose(text)
    ? (parse(text, null, { parseNumber: keepText, onDuplicateKey: ({ newValue }) => newValue }) as JsonValue)
    : (JSON.parse(text) as JsonValue);

/** The value of JSON text from elsewhere; `undefined`: not JSON. Bound the text: depth is not limited here. */
export const readJson = (text: string): JsonValue | undefined => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** Whether an object in the text names a key twice. The text must be JSON, and bounded: depth is not limited here. */
export const hasEqualKeys = (json: string): boolean => {
  let doubled = false;
  parse(json, null, {
    parseNumber: String,
    onDuplicateKey: ({ newValue }) => {
      doubled = true;
      return newValue;
    },
  });
  return doubled;
};

/** Writes JSON text; a `JsonNumber` is written as the text it came with. `indent`: blanks a level, on lines of their own. */
export const writeJson = (value: unknown, indent?: number): string => {
  const text: string | undefined = JSON.stringify(value, null, indent);
  // A text of the caller's with the same characters is written the longer way too, and comes out the same.
  return (text?.includes(MET) ? stringify(value, null, indent) : text) ?? "null";
};
