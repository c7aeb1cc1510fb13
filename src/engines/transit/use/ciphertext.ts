import { goInt } from "../../../std/go-int.ts";
import { UseFault } from "./fault.ts";

/** `vault:v<version>:<base64>`: what ciphertexts, signatures and HMACs look like to callers. */

const PREFIX = "vault:v";

export const prefixed = (version: number, body: string): string => `${PREFIX}${version}:${body}`;

export interface Prefixed {
  /** As it is written; 0 or below is possible. */
  readonly version: number;
  /** Base64, as yet unread. */
  readonly body: string;
}

/** What errors call the text, and the reference's error for one without the prefix. */
export interface PrefixedKind {
  readonly name: string;
  readonly noPrefix: string;
}

export const CIPHERTEXT: PrefixedKind = { name: "ciphertext", noPrefix: "invalid ciphertext: no prefix" };
export const SIGNATURE: PrefixedKind = { name: "signature", noPrefix: "invalid signature: no prefix" };
export const HMAC: PrefixedKind = { name: "HMAC", noPrefix: "invalid HMAC to verify: no prefix" };

/** Throws `UseFault` with the reference's texts for what is not of that form. */
export const parsePrefixed = (text: string, { name, noPrefix }: PrefixedKind): Prefixed => {
  if (!text.startsWith(PREFIX)) throw new UseFault(noPrefix);
  const colon = text.indexOf(":", PREFIX.length);
  if (colon < 0) throw new UseFault(`invalid ${name}: wrong number of fields`);
  const version = goInt(text.slice(PREFIX.length, colon));
  if (version === undefined) throw new UseFault(`invalid ${name}: version number could not be decoded`);
  return { version, body: text.slice(colon + 1) };
};
