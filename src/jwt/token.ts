import type { JsonObject } from "../std/json.ts";
import { type Algorithm, isAlgorithm } from "./algorithms.ts";
import { TokenRefused } from "./errors.ts";
import { parseStrictJson } from "./strict-json.ts";

/**
 * A token as text, taken apart: three parts in canonical base64url, and a header in strict JSON. Nothing in it is
 * believed before `signature.ts` has checked it.
 */

/** The longest token, in characters. */
export const LONGEST_TOKEN = 65_536;
const LONGEST_KEY_ID = 1024;

export interface UnverifiedToken {
  /** The compact form, without white space. */
  readonly compact: string;
  readonly algorithm: Algorithm;
  /** The key the header names. */
  readonly keyId: string | undefined;
  readonly payload: Uint8Array;
}

const refuse = (what: string, cause?: unknown): TokenRefused =>
  new TokenRefused(`error verifying token signature: ${what}`, { cause });

const decode = (part: string, name: string): Uint8Array => {
  const bytes = Buffer.from(part, "base64url");
  // One text for one value: no padding, no other alphabet, no bits left over.
  if (part === "" || bytes.toString("base64url") !== part) throw refuse(`the ${name} is not base64url`);
  return bytes;
};

const parseJsonPart = (bytes: Uint8Array, name: string): JsonObject => {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    throw refuse(`the ${name} is not a JSON object with each name once`, cause);
  }
};

/**
 * `crit` asks for an extension, and no extension is understood; `b64` would change what is signed. Keys and addresses
 * of keys that a header brings along (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
 */
const parseHeader = (part: string): Pick<UnverifiedToken, "algorithm" | "keyId"> => {
  const header = parseJsonPart(decode(part, "header"), "header");
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64"))
    throw refuse("the header has a critical extension");
  const { alg, kid } = header;
  if (!isAlgorithm(alg)) throw refuse("unexpected signature algorithm");
  if (kid === undefined || kid === "") return { algorithm: alg, keyId: undefined };
  if (typeof kid !== "string" || kid.length > LONGEST_KEY_ID) throw refuse("the key id is not a short text");
  return { algorithm: alg, keyId: kid };
};

/** White space around and inside the text is ignored, as in Vault. Throws `TokenRefused`. */
export const parseToken = (text: string): UnverifiedToken => {
  if (text.length > LONGEST_TOKEN) throw refuse("the token is too long");
  const compact = text.replace(/\s+/g, "");
  const [header, claims, signature, ...more] = compact.split(".");
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0)
    throw refuse("not a signed token in compact form");
  const head = parseHeader(header);
  decode(signature, "signature");
  return { compact, ...head, payload: decode(claims, "payload") };
};

/**
 * What a token says of itself, whoever wrote it. For a caller who has the token checked elsewhere before it believes
 * anything. Throws `TokenRefused`.
 */
export const unverifiedClaims = ({ payload }: UnverifiedToken): JsonObject => parseJsonPart(payload, "payload");
