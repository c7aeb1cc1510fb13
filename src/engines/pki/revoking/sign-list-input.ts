import { invalidRequest } from "../../../framework/index.ts";
import { isBase64 } from "../../../std/base64.ts";
import { parseGoBool } from "../../../std/go-bool.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import { isOid } from "../../../x509/issuing/index.ts";
import type { ExtensionPlan } from "../../../x509/issuing/plans.ts";
import { plainHex } from "./serials.ts";

/** What a caller wants on a list that is signed as it is given. Throws `invalid_request` with the reference's texts. */

/** An entry of such a list. */
export interface GivenEntry {
  readonly serial: Buffer;
  /** Epoch milliseconds. */
  readonly revoked: number;
  readonly extensions: readonly ExtensionPlan[];
}

/** Whoever signs says these itself. */
const RESERVED: Readonly<Record<string, string>> = {
  "2.5.29.35": "authority key object identifier",
  "2.5.29.20": "crl number object identifier",
  "2.5.29.27": "delta crl object identifier",
};

class Wrong extends Error {
  override readonly name = "Wrong";
}
const wrong = (text: string): never => {
  throw new Wrong(text);
};

/** Puts where it happened in front. */
const within = <T>(where: string, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Wrong) throw new Wrong(`${where}: ${cause.message}`);
    throw cause;
  }
};

const textIn = (value: JsonValue | undefined, what: string): string => {
  if (typeof value === "string") return value;
  if (value instanceof JsonNumber || typeof value === "number") return String(value);
  return wrong(`'${what}' field value was not a string`);
};

const criticalIn = (value: JsonValue | undefined): boolean => {
  if (value === undefined || value === null || value === "") return false;
  if (typeof value === "boolean") return value;
  return parseGoBool(String(value)) ?? wrong("critical field value failed to be parsed: invalid syntax");
};

const valueIn = (value: JsonValue | undefined): Buffer => {
  if (value === undefined) return wrong("missing 'value' field");
  const text = textIn(value, "value");
  return isBase64(text) ? Buffer.from(text, "base64") : wrong("failed base64 decoding 'value' field");
};

const extensionIn = (entry: JsonObject): ExtensionPlan => {
  if (entry["id"] === undefined) return wrong("missing id field");
  const type = textIn(entry["id"], "id");
  if (type === "") return wrong("zero length object identifier");
  if (!isOid(type)) return wrong(`failed parsing asn1 index of ${cut(type)}`);
  const reserved = Object.hasOwn(RESERVED, type) ? RESERVED[type] : undefined;
  if (reserved !== undefined) return wrong(`${reserved} (${type}) is reserved`);
  return { type, critical: criticalIn(entry["critical"]), value: valueIn(entry["value"]) };
};

const extensionsIn = (given: JsonValue | undefined): readonly ExtensionPlan[] => {
  if (given === undefined || given === null || given === "") return [];
  if (!Array.isArray(given)) return wrong("'extensions' field did not contain a slice");
  const all = given.map((entry: JsonValue, at) => {
    if (!isJsonObject(entry)) return wrong(`extension entry ${at} not a map`);
    return within(`failed parsing extension entry ${at}`, () => extensionIn(entry));
  });
  const twice = all.find(({ type }, at) => all.findIndex((other) => other.type === type) < at);
  return twice ? wrong(`duplicate extension id: ${twice.type}`) : all;
};

const serialIn = (entry: JsonObject): Buffer => {
  if (entry["serial_number"] === undefined) return wrong("missing 'serial_number' field");
  const digits = textIn(entry["serial_number"], "serial_number").replace(/[:.\- ]/g, "");
  const isNumber = /^(?:[0-9a-f]{2}){1,40}$/i.test(digits);
  return isNumber ? Buffer.from(digits, "hex") : wrong("'serial_number' failed converting to bytes");
};

/** RFC 3339, or epoch seconds. */
const timeIn = (entry: JsonObject): number => {
  if (entry["revocation_time"] === undefined) return wrong("missing 'revocation_time' field");
  const text = textIn(entry["revocation_time"], "revocation_time");
  const isSeconds = /^\d{1,11}$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isSeconds ? Number(text) * 1000 : isTime ? Date.parse(text) : Number.NaN;
  const isWritable = ms >= 0 && ms < Date.UTC(10000, 0);
  return isWritable ? ms : wrong(`failed parsing time ${cut(text)}`);
};

const entryIn = (entry: JsonObject, at: number): GivenEntry => ({
  serial: within(`failed parsing serial_number from entry ${at}`, () => serialIn(entry)),
  revoked: within(`failed parsing revocation_time from entry ${at}`, () => timeIn(entry)),
  extensions: within(`failed parsing extensions from entry ${at}`, () => extensionsIn(entry["extensions"])),
});

const entriesIn = (given: JsonValue | undefined): readonly GivenEntry[] => {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return wrong("'revoked_certs' field did not contain a slice");
  const seen = new Map<string, number>();
  return given.flatMap((entry: JsonValue, at) => {
    if (!isJsonObject(entry)) return wrong(`entry ${at} of revoked_certs is not a map`);
    const read = entryIn(entry, at);
    const number = plainHex(read.serial);
    const before = seen.get(number);
    if (before !== undefined) return wrong(`duplicate serial number: original entry ${before} and ${at}`);
    seen.set(number, at);
    return [read];
  });
};

const refusing = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Wrong) throw invalidRequest(cause.message, { cause });
    throw cause;
  }
};

/** The entries, and the extensions of the list itself. */
export const givenEntries = (given: JsonValue | undefined): readonly GivenEntry[] => refusing(() => entriesIn(given));
export const givenExtensions = (given: JsonValue | undefined): readonly ExtensionPlan[] =>
  refusing(() => extensionsIn(given));
