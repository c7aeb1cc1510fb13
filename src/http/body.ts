import { JSON_DEPTH, JSON_STRINGS, JSON_VALUES, STRANGER_LEAVES } from "../contract/limits.ts";
import { invalidRequest, VaultError } from "../framework/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../std/json.ts";
import { cut } from "../std/shown.ts";
import { utf8Text } from "../std/utf8.ts";
import { parsePairs } from "./query.ts";

/**
 * Request bodies. What a body would cost is found by one scan over its bytes, before anything is parsed or walked;
 * only then JSON is read. Error texts never quote the body: it may hold a secret.
 */

export interface Weight {
  /** Deepest nesting of lists and objects. */
  readonly depth: number;
  /** Texts, keys included. */
  readonly strings: number;
  /** Lower bound of the number of values. */
  readonly values: number;
  /** An escape is half of a surrogate pair: UTF-8 cannot represent that text. */
  readonly loneSurrogate: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** The code unit of `\uXXXX` at `at` (the backslash), or -1. */
const unicodeEscape = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return -1;
  const text = String.fromCharCode(...bytes.subarray(at + 2, at + 6));
  return /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : -1;
};

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** What a scan has weighed so far. */
interface Tally {
  depth: number;
  deepest: number;
  strings: number;
  values: number;
  loneSurrogate: boolean;
}

/** How many bytes to pass behind the backslash of an escape. */
const passEscape = (bytes: Uint8Array, at: number, tally: Tally): number => {
  const unit = unicodeEscape(bytes, at);
  if (isHigh(unit) && isLow(unicodeEscape(bytes, at + 6))) return 11;
  if (!isHigh(unit) && !isLow(unit)) return 1;
  tally.loneSurrogate = true;
  return 0;
};

/** Passes a text from its opening quote on; answers where its closing quote is. */
const passText = (bytes: Uint8Array, opening: number, tally: Tally): number => {
  tally.strings++;
  let at = opening + 1;
  for (; at < bytes.length && bytes[at] !== QUOTE; at++) {
    if (bytes[at] === BACKSLASH) at += passEscape(bytes, at, tally);
  }
  return at;
};

/** Weighs JSON text in one pass, without judging whether it is JSON. Stops early once `maxDepth` is exceeded. */
export const weigh = (bytes: Uint8Array, maxDepth: number = JSON_DEPTH): Weight => {
  const tally: Tally = { depth: 0, deepest: 0, strings: 0, values: 1, loneSurrogate: false };
  for (let at = 0; at < bytes.length && tally.deepest <= maxDepth; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = passText(bytes, at, tally);
        break;
      case COMMA:
        tally.values++;
        break;
      case OPENING_BRACKET:
      case OPENING_BRACE:
        tally.values++;
        tally.depth++;
        tally.deepest = Math.max(tally.deepest, tally.depth);
        break;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        tally.depth--;
        break;
    }
  }
  const { deepest, strings, values, loneSurrogate } = tally;
  return { depth: deepest, strings, values, loneSurrogate };
};

const tooComplex = (what: string): VaultError =>
  invalidRequest(`refused JSON input due to high complexity: exceeded maximum ${what}`);

const notJson = (reason: string): VaultError => invalidRequest("error parsing JSON", { reason: `body is ${reason}` });

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

const firstByte = (bytes: Uint8Array): number | undefined => bytes.find((byte) => !isBlank(byte));

export interface BodyLimits {
  /** Texts, keys included; of a form, its pairs. */
  readonly strings: number;
  readonly values: number;
}

/** What a body may hold once its sender is known, and before. */
export const CALLER_LIMITS: BodyLimits = { strings: JSON_STRINGS, values: JSON_VALUES };
export const STRANGER_LIMITS: BodyLimits = { strings: STRANGER_LEAVES, values: STRANGER_LEAVES };

/**
 * Reads a JSON body. Nothing, blanks and `null` mean no fields.
 *
 * Throws `invalid_request` for anything but a JSON object, for bytes that are not UTF-8, for anything after the value
 * and for what is too deep or too many. Of equal keys the last wins; numbers keep their digits.
 */
export const parseJsonBody = (body: Uint8Array, limits: BodyLimits = CALLER_LIMITS): JsonObject => {
  if (firstByte(body) === undefined) return {};
  const weight = weigh(body);
  if (weight.depth > JSON_DEPTH) throw tooComplex("depth");
  if (weight.strings > limits.strings) throw tooComplex("number of strings");
  if (weight.values > limits.values) throw tooComplex("number of values");
  if (weight.loneSurrogate) throw notJson("text with half a surrogate pair");
  const text = utf8Text(body);
  if (text === undefined) throw notJson("not UTF-8");
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch {
    throw notJson("not JSON");
  }
  if (value === null) return {};
  if (!isJsonObject(value)) throw notJson("not an object");
  return value;
};

const FORM = "application/x-www-form-urlencoded";

/** The media type alone, in lower case, without parameters; `undefined` when there is none. */
export const mediaType = (contentType: string | undefined): string | undefined => {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  return type === "" ? undefined : type;
};

const parseForm = (body: Uint8Array, limits: BodyLimits): JsonObject => {
  const text = utf8Text(body);
  const pairs = text === undefined || text.includes(";") ? undefined : parsePairs(text.trim(), limits.strings);
  if (pairs === undefined) throw invalidRequest("error parsing form data");
  return Object.fromEntries([...pairs].map(([name, values]) => [name, values.join(",")]));
};

const isForm = (body: Uint8Array, contentType: string | undefined): boolean => {
  const first = firstByte(body);
  return mediaType(contentType) === FORM && first !== OPENING_BRACE && first !== OPENING_BRACKET;
};

const AMPERSAND = 0x26;

/** Whether a body holds more than a stranger may send, by one scan and before anything is parsed. */
export const isHeavy = (body: Uint8Array, contentType: string | undefined): boolean => {
  if (foreignBody(body, contentType) !== undefined) return false;
  if (isForm(body, contentType)) {
    let pairs = 1;
    for (const byte of body) if (byte === AMPERSAND) pairs++;
    return pairs > STRANGER_LIMITS.strings;
  }
  const { strings, values } = weigh(body);
  return strings > STRANGER_LIMITS.strings || values > STRANGER_LIMITS.values;
};

/**
 * Reads the body of POST and PUT: a form where the type says so and the text does not start as JSON (`curl -d` calls
 * everything a form), another protocol's bytes where the type says so, JSON under any other type or none.
 */
export const parseBody = (
  body: Uint8Array,
  contentType: string | undefined,
  limits: BodyLimits = CALLER_LIMITS,
): JsonObject => {
  if (isForm(body, contentType)) return parseForm(body, limits);
  return foreignBody(body, contentType) ?? parseJsonBody(body, limits);
};

/** The most bytes of a question for the state of a certificate that are looked at; one for a single certificate has 100. */
const OCSP_BYTES = 2048;

/**
 * A body in another protocol's own encoding, as the field `request`, in base64; `undefined` for every other type. What
 * is too long is cut, so that whoever reads it finds it broken and answers in that protocol's words.
 */
const foreignBody = (body: Uint8Array, contentType: string | undefined): JsonObject | undefined =>
  mediaType(contentType) === "application/ocsp-request"
    ? { request: Buffer.from(body.subarray(0, OCSP_BYTES)).toString("base64") }
    : undefined;

const MERGE_PATCH = "application/merge-patch+json";

/** Reads the body of PATCH, which must say that it is a merge patch (RFC 7396). Throws 400 or 415 with Vault's text. */
export const parsePatchBody = (
  body: Uint8Array,
  contentType: string | undefined,
  limits: BodyLimits = CALLER_LIMITS,
): JsonObject => {
  const type = mediaType(contentType);
  if (type === undefined) throw invalidRequest("mime: no media type");
  if (type !== MERGE_PATCH) {
    const given = cut(type);
    throw new VaultError("unsupported_media_type", {
      wire: `PATCH requires Content-Type of ${MERGE_PATCH}, provided ${given}`,
    });
  }
  return parseJsonBody(body, limits);
};
