import { createCipheriv, createDecipheriv, hash, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import type { RandomSource } from "../std/random.ts";
import type { Sensitive } from "../std/sensitive.ts";
import { encodeFields, type Field } from "./encoding.ts";
import { OpenRefused } from "./errors.ts";

/**
 * Seals bytes to a place, and opens them only there. Trusts the data key and node:crypto; must never return a byte
 * before the tag was checked, and must never accept a format it does not know.
 *
 *     sealed = format(1) | key version(4) | IV(12) | commitment(32) | ciphertext | tag(16)
 *     context = encode("zeroth", format, table, pk, sk, key version, clear attributes...)
 *     cipher key(32) | commitment(32) = HKDF-SHA-512(data key, salt = H(holder) or empty, "zeroth/seal/1" | H(context))
 *     ciphertext, tag = AES-256-GCM(cipher key, IV, plaintext, associated data = context)
 *
 * Security: the context is used twice. As input of the derivation it gives every write of every item a key of its own
 * (the write number is a clear attribute), so the random IV never meets its limit of 2^32 messages, and the commitment
 * binds the sealed bytes to one data key and one place before anything is decrypted (AES-GCM alone lets one ciphertext
 * open under two keys). As associated data it is authenticated even if the derivation were wrong. Leave a field out of
 * the context and an attacker with write access to the table can change it unnoticed.
 *
 * Derived keys are not cached: a hit would save some microseconds of a request of milliseconds, and would keep more key
 * material in memory than the data keys themselves. Sources: RFC 5869, NIST SP 800-38D.
 */

export const FORMAT = 1;
const IV_BYTES = 12;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const KEY_VERSION_AT = 1;
const IV_AT = 5;
const COMMITMENT_AT = IV_AT + IV_BYTES;
const CIPHERTEXT_AT = COMMITMENT_AT + COMMITMENT_BYTES;

/** Bytes a sealed body is longer than its plaintext. */
export const OVERHEAD = CIPHERTEXT_AT + TAG_BYTES;

/** One version of a domain's data key. `version` counts from 1. */
export interface DataKey {
  readonly version: number;
  readonly secret: KeyObject;
}

/** Where the sealed bytes are stored, and what is stored with them in the clear. */
export interface Place {
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  /** Values of the clear attributes, always in the same order; `undefined` for an absent one. */
  readonly clear: readonly Field[];
  /** Something only the holder has (a token): without it the entry does not open, even with the data key. */
  readonly holder?: Sensitive<string> | undefined;
}

const contextOf = (place: Place, keyVersion: number): Buffer =>
  encodeFields(["zeroth", FORMAT, place.table, place.pk, place.sk, keyVersion, ...place.clear]);

const derive = (key: DataKey, context: Buffer, holder: Sensitive<string> | undefined) => {
  const salt = holder === undefined ? Buffer.alloc(0) : hash("sha512", encodeFields([holder.reveal()]), "buffer");
  const info = Buffer.concat([Buffer.from("zeroth/seal/1", "latin1"), hash("sha512", context, "buffer")]);
  const output = Buffer.from(hkdfSync("sha512", key.secret, salt, info, 32 + COMMITMENT_BYTES));
  return { cipherKey: output.subarray(0, 32), commitment: output.subarray(32), erase: () => output.fill(0) };
};

/** Seals `plaintext` to `place`. Adds `OVERHEAD` bytes. */
export const seal = (key: DataKey, place: Place, plaintext: Uint8Array, random: RandomSource): Buffer => {
  const context = contextOf(place, key.version);
  const { cipherKey, commitment, erase } = derive(key, context, place.holder);
  try {
    const head = Buffer.alloc(IV_AT);
    head.writeUInt8(FORMAT, 0);
    head.writeUInt32BE(key.version, KEY_VERSION_AT);
    const iv = random.bytes(IV_BYTES);
    if (iv.length !== IV_BYTES) throw new RangeError("the random source gave too few bytes");
    const cipher = createCipheriv("aes-256-gcm", cipherKey, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(context);
    const body = cipher.update(plaintext);
    return Buffer.concat([head, iv, commitment, body, cipher.final(), cipher.getAuthTag()]);
  } finally {
    erase();
  }
};

/** The version of the data key that sealed these bytes. Unauthenticated until `open` has succeeded. */
export const keyVersionOf = (sealed: Uint8Array): number => {
  if (sealed.length < OVERHEAD) throw new OpenRefused("sealed body is too short");
  if (sealed[0] !== FORMAT) throw new OpenRefused("sealed body has an unknown format");
  return new DataView(sealed.buffer, sealed.byteOffset).getUint32(KEY_VERSION_AT);
};

/** Opens what `seal` made for the same place under the same key. Throws `OpenRefused` for anything else. */
export const open = (key: DataKey, place: Place, sealed: Uint8Array): Buffer => {
  if (keyVersionOf(sealed) !== key.version) throw new OpenRefused("sealed body names another key version");
  const context = contextOf(place, key.version);
  const { cipherKey, commitment, erase } = derive(key, context, place.holder);
  try {
    if (!timingSafeEqual(commitment, sealed.subarray(COMMITMENT_AT, CIPHERTEXT_AT))) {
      throw new OpenRefused("sealed body is not committed to this key and place");
    }
    const tagAt = sealed.length - TAG_BYTES;
    const iv = sealed.subarray(IV_AT, COMMITMENT_AT);
    const decipher = createDecipheriv("aes-256-gcm", cipherKey, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(context);
    decipher.setAuthTag(sealed.subarray(tagAt));
    const body = decipher.update(sealed.subarray(CIPHERTEXT_AT, tagAt));
    try {
      return Buffer.concat([body, decipher.final()]);
    } catch (cause) {
      body.fill(0);
      throw new OpenRefused("sealed body is not authentic", { cause });
    }
  } finally {
    erase();
  }
};
