import { defined } from "../std/defined.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue, readJson } from "../std/json.ts";
import type { Answer, AuthInfo, Secret, WrapInfo } from "./contract.ts";

/** Vault's envelope, read from JSON that a server wrote. A member that is missing or of another type has its empty value. */

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const whole = (value: JsonValue | undefined): number => {
  const number = value instanceof JsonNumber ? Number(value.toString()) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : 0;
};
const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
const object = (value: JsonValue | undefined): JsonObject | undefined => (isJsonObject(value) ? value : undefined);

const metadataOf = (value: JsonValue | undefined): Readonly<Record<string, string>> | null => {
  const found = object(value);
  if (found === undefined) return null;
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
};

const authOf = (auth: JsonObject): AuthInfo => ({
  client_token: text(auth["client_token"]),
  accessor: text(auth["accessor"]),
  policies: texts(auth["policies"]),
  metadata: metadataOf(auth["metadata"]),
  lease_duration: whole(auth["lease_duration"]),
  renewable: auth["renewable"] === true,
  entity_id: text(auth["entity_id"]),
  token_type: text(auth["token_type"]),
  orphan: auth["orphan"] === true,
});

const wrapOf = (info: JsonObject): WrapInfo => ({
  token: text(info["token"]),
  accessor: text(info["accessor"]),
  ttl: whole(info["ttl"]),
  creation_time: text(info["creation_time"]),
  creation_path: text(info["creation_path"]),
  wrapped_accessor: text(info["wrapped_accessor"]),
});

/** `undefined` for what is not a JSON object. */
export const readEnvelope = (body: JsonValue): Secret | undefined => {
  const envelope = object(body);
  if (envelope === undefined) return undefined;
  const [data, auth, wrap, warnings] = ["data", "auth", "wrap_info", "warnings"].map((name) => envelope[name]);
  const [authObject, wrapObject] = [object(auth), object(wrap)];
  return {
    request_id: text(envelope["request_id"]),
    lease_id: text(envelope["lease_id"]),
    lease_duration: whole(envelope["lease_duration"]),
    renewable: envelope["renewable"] === true,
    data: object(data) ?? null,
    warnings: Array.isArray(warnings) ? texts(warnings) : null,
    auth: authObject === undefined ? null : authOf(authObject),
    wrap_info: wrapObject === undefined ? null : wrapOf(wrapObject),
  };
};

/** An answer with a body that is known already. */
export const answerOf = (body: JsonValue): Answer => ({
  status: 200,
  headers: {},
  body,
  ...defined({ secret: readEnvelope(body) }),
});

/** Deeper than any honest answer; what walks values may call itself once a level. */
const DEEPEST = 500;

const NESTING: Readonly<Record<number, number>> = { 123: 1, 91: 1, 125: -1, 93: -1 };

/** The place of a text's closing quote; `at` is its opening one. */
const closing = (bytes: Uint8Array, at: number): number => {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1;
  return end;
};

/** Whether lists and objects are nested no deeper than is allowed. One pass over the bytes. */
const isShallow = (bytes: Uint8Array): boolean => {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) at = closing(bytes, at);
    else depth += NESTING[byte] ?? 0;
    if (depth > DEEPEST) return false;
  }
  return true;
};

/** `undefined`: not JSON, or nested too deep. */
export const readBody = (bytes: Buffer): JsonValue | undefined =>
  isShallow(bytes) ? readJson(bytes.toString("utf8")) : undefined;

/** As much of a foreign error page as helps. */
const MOST_RAW = 512;

/** The errors of an answer with a status of 400 or more, and whether they are Vault's. */
export const readErrors = (
  body: JsonValue | undefined,
  bytes: Buffer,
): { readonly errors: readonly string[]; readonly raw: boolean } => {
  const envelope = object(body);
  if (envelope !== undefined) {
    if (Array.isArray(envelope["errors"])) return { errors: texts(envelope["errors"]), raw: false };
    // Gateways in front of a server: `{"message":"Forbidden"}`.
    const message = text(envelope["message"]) || text(envelope["Message"]);
    if (message !== "") return { errors: [message.slice(0, MOST_RAW)], raw: true };
  }
  const page = bytes.subarray(0, 4 * MOST_RAW).toString("utf8");
  const words = page
    .replace(/<(style|script|title)\b[^>]*>[^<]*<\/\1>|<[^>]*>/gi, " ")
    .replace(/\s+/g, " ")
    .trim();
  return { errors: words === "" ? [] : [words.slice(0, MOST_RAW)], raw: true };
};
