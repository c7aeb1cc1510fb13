import { createHmac, hkdfSync } from "node:crypto";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

/**
 * Keys made from a key: HKDF with SHA-256 (RFC 5869) over a caller's context, or the first block of the counter mode of
 * NIST SP 800-108 with HMAC-SHA-256; and nonces made from the plaintext.
 */

/** The longest `info` that node:crypto takes. */
const NODE_INFO_BYTES = 1024;
const NO_SALT = new Uint8Array(0);

/** `length` bytes from a key and the context of one request. */
export const deriveBytes = (key: Uint8Array, context: Uint8Array, length: number): Uint8Array =>
  context.length <= NODE_INFO_BYTES
    ? new Uint8Array(hkdfSync("sha256", key, NO_SALT, context, length))
    : hkdf(sha256, key, NO_SALT, context, length);

const FIRST_BLOCK = Buffer.alloc(4);
const BITS_OF_BLOCK = Buffer.from([0, 0, 1, 0]);

/** At most 32 bytes, as Vault derives from keys that were imported: a counter, the context, and the bits of a block. */
export const deriveByCounter = (key: Uint8Array, context: Uint8Array, length: number): Uint8Array =>
  createHmac("sha256", key).update(FIRST_BLOCK).update(context).update(BITS_OF_BLOCK).digest().subarray(0, length);

/** Bytes of the key that makes convergent nonces; it follows the encryption key in what is derived. */
export const NONCE_KEY_BYTES = 32;

/**
 * The nonce of a convergent ciphertext: the beginning of HMAC-SHA-256 over the plaintext, so that equal plaintexts of
 * one context are equal ciphertexts, and two different ones share a nonce as seldom as two random ones do.
 *
 * **Security:** with associated data the key of that HMAC is made of them too, by HMAC-SHA-512, which nothing else
 * uses. Otherwise one plaintext under two sets of associated data would use one nonce for two messages, which gives
 * away the key that authenticates. Decryption reads the nonce from the ciphertext, so other servers still open it.
 */
export const convergentNonce = (
  nonceKey: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  nonceBytes: number,
): Uint8Array => {
  const key = aad.length === 0 ? nonceKey : createHmac("sha512", nonceKey).update(aad).digest();
  return createHmac("sha256", key).update(plaintext).digest().subarray(0, nonceBytes);
};
