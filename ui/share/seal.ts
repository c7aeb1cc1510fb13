import { type Bytes, bytesOf, fromBase64Url, joined, toBase64Url } from "./bytes.ts";
import type { Code, Fill } from "./code.ts";

/**
 * A wrapping token under a code: AES-256-GCM with a key that PBKDF2-SHA-256 makes of the code. Whoever has the link alone
 * must try codes against it, 600,000 rounds each; whoever guesses wrongly uses up nothing. All of it is WebCrypto's.
 */

const ROUNDS = 600_000;
const SALT = 16;
const NONCE = 12;
const TAG = 16;

const keyOf = async (code: Code, salt: Bytes, usage: "encrypt" | "decrypt") => {
  const base = await crypto.subtle.importKey("raw", bytesOf(code), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, [usage]);
};

/** Salt, nonce and ciphertext in base64url. `bound`: what must be the same when it is opened. */
export const sealed = async (token: string, code: Code, bound: string, fill: Fill): Promise<string> => {
  const salt = fill(new Uint8Array(SALT));
  const iv = fill(new Uint8Array(NONCE));
  const key = await keyOf(code, salt, "encrypt");
  const how = { name: "AES-GCM", iv, additionalData: bytesOf(bound) };
  const body = await crypto.subtle.encrypt(how, key, bytesOf(token));
  return toBase64Url(joined(salt, iv, new Uint8Array(body)));
};

/** `undefined`: another code, or not what was sealed. */
export const opened = async (text: string, code: Code, bound: string): Promise<string | undefined> => {
  const bytes = fromBase64Url(text);
  if (!bytes || bytes.length <= SALT + NONCE + TAG) return undefined;
  const key = await keyOf(code, bytes.slice(0, SALT), "decrypt");
  const how = { name: "AES-GCM", iv: bytes.slice(SALT, SALT + NONCE), additionalData: bytesOf(bound) };
  try {
    const token = await crypto.subtle.decrypt(how, key, bytes.slice(SALT + NONCE));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(token);
  } catch {
    return undefined;
  }
};
