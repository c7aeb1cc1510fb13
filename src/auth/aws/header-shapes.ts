import { z } from "zod";
import { isBase64 } from "../../std/base64.ts";
import { hasEqualKeys } from "../../std/json.ts";
import { utf8Text } from "../../std/utf8.ts";

/**
 * The shapes in which clients send the headers they signed: base64 of a JSON object, the object as text, the object
 * itself, or a list of `Name:Value`. Only reads; `signed-headers.ts` judges.
 * Source: Vault `sdk/framework/field_data.go`, type "header".
 */

/** Name as sent, and its values in order. */
export type SentHeader = readonly [name: string, values: readonly string[]];

/** Longest text looked at; above it the headers are refused unread. */
const MOST = 32 * 1024;

/** Strict base64 of UTF-8 text; line breaks inside are skipped, as Go does. `undefined`: not base64, or not UTF-8. */
export const decodeBase64 = (encoded: string): string | undefined => {
  const joined = encoded.replace(/[\r\n]/g, "");
  if (!isBase64(joined)) return undefined;
  const bytes = Buffer.from(joined, "base64");
  return bytes.toString("base64") === joined ? utf8Text(bytes) : undefined;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const plain = (value: unknown): string | undefined => {
  if (typeof value === "string") return value;
  // a number of the body may be a JsonNumber, which prints itself
  if (typeof value === "number" || isObject(value)) {
    const text = String(value);
    return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? text : undefined;
  }
  return undefined;
};

const fromObject = (object: Readonly<Record<string, unknown>>): readonly SentHeader[] | string => {
  const headers: SentHeader[] = [];
  for (const [name, value] of Object.entries(object)) {
    const values = (Array.isArray(value) ? value : [value]).map(plain);
    if (!values.every((text) => text !== undefined)) return "a header's value is not text, number or list of text";
    headers.push([name, values]);
  }
  return headers;
};

const fromLines = (lines: readonly unknown[]): readonly SentHeader[] | string => {
  const headers: SentHeader[] = [];
  for (const line of lines) {
    const cut = typeof line === "string" ? line.indexOf(":") : -1;
    if (typeof line !== "string" || cut < 0) return "a list of headers must hold 'Name:Value' texts";
    headers.push([line.slice(0, cut), [line.slice(cut + 1)]]);
  }
  return headers;
};

const fromText = (text: string): readonly SentHeader[] | string => {
  if (text.length > MOST) return "too long";
  if (text === "") return [];
  const json = text.startsWith("{") ? text : decodeBase64(text);
  if (json === undefined) return "neither base64 nor a JSON object";
  try {
    // the first parse bounds the depth that the second, which sees equal keys, has to go
    const first: unknown = JSON.parse(json);
    if (!isObject(first)) return "not a JSON object";
    const shape = fromObject(first);
    if (typeof shape === "string") return shape;
    return hasEqualKeys(json) ? "a header is named twice" : shape;
  } catch {
    return "not a JSON object";
  }
};

/** The headers in any of the shapes, or why they are none. */
export const readHeaders = (value: unknown): readonly SentHeader[] | string => {
  if (value === null) return [];
  if (typeof value === "string") return fromText(value);
  if (Array.isArray(value)) return fromLines(value);
  return isObject(value) ? fromObject(value) : "expected text, list or object";
};

/** The field of a login. Not given: `undefined`; given but empty: no headers. */
export const headersField = z
  .unknown()
  .transform((value, ctx): readonly SentHeader[] | undefined => {
    if (value === undefined) return undefined;
    const headers = readHeaders(value);
    if (typeof headers !== "string") return headers;
    ctx.addIssue({ code: "custom", message: headers });
    return z.NEVER;
  })
  .meta({ description: "Headers of the signed request, as base64 of a JSON object or as an object.", type: "string" })
  .optional();
