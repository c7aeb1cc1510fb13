import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from "node:crypto";
import type { RandomSource } from "../../../../std/random.ts";
import { Sensitive } from "../../../../std/sensitive.ts";

/**
 * Keys on their way between systems, as PKCS #11's CKM_RSA_AES_KEY_WRAP has it: the key under a fresh AES key
 * (AES-KWP, RFC 5649), and that one under an RSA key (OAEP without a label, RFC 8017), one behind the other.
 *
 * Security: whatever is wrong inside has one outcome, so that nobody learns from many tries what a wrapped key says.
 */

const CIPHER = "id-aes256-wrap-pad";
/** The constant that AES-KWP begins with. Source: RFC 5649, section 3. */
const KWP_IV = Buffer.from("a65959a6", "hex");
const AES_BYTES = 32;

const HASHES = { SHA1: "sha1", SHA224: "sha224", SHA256: "sha256", SHA384: "sha384", SHA512: "sha512" } as const;

/** Node's name of a hash under OAEP, by the name callers give, whatever its case; `undefined`: not one of these. */
export const oaepHash = (name: string): string | undefined =>
  Object.entries(HASHES).find(([known]) => known === name.toUpperCase())?.[1];

const oaep = (key: KeyObject, hash: string) => ({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash });

/** Wraps a key for whoever has the private half of `wrappingKey`, an RSA key. Base64. */
export const wrapKey = (
  key: Sensitive<Uint8Array>,
  wrappingKey: KeyObject,
  hash: string,
  random: RandomSource,
): string => {
  const aes = random.bytes(AES_BYTES);
  const cipher = createCipheriv(CIPHER, aes, KWP_IV);
  const wrapped = Buffer.concat([cipher.update(key.reveal()), cipher.final()]);
  return Buffer.concat([publicEncrypt(oaep(wrappingKey, hash), aes), wrapped]).toString("base64");
};

/** What was wrapped; `undefined`: it was not wrapped for this key, or by another hash, or is broken. */
export const unwrapKey = (
  wrapped: Uint8Array,
  wrappingKey: KeyObject,
  hash: string,
): Sensitive<Uint8Array> | undefined => {
  const head = (wrappingKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const body = wrapped.subarray(head);
  if (body.length === 0) return undefined;
  try {
    const aes = privateDecrypt(oaep(wrappingKey, hash), wrapped.subarray(0, head));
    if (aes.length !== AES_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, aes, KWP_IV);
    return new Sensitive(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return undefined;
  }
};
