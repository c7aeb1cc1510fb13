import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
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
 * Without a holder, the first half of HKDF (the extraction) depends on the data key only and is made once with it; what
 * is left for each entry is one HMAC. Derived keys are not cached: a hit would save some microseconds of a request of
 * milliseconds, and would keep more key material in memory than the data keys themselves. Sources: RFC 5869 (sections
 * 2.2 and 2.3), NIST SP 800-38D.
 */

export const FORMAT = 1;
const LABEL = "zeroth/seal/1";
const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES };
/** What HKDF takes for a salt that is not given: as many zeros as the hash has bytes. */
const NO_SALT = Buffer.alloc(64);
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
  /** What HKDF extracts from the key without a salt: the same for every entry, so it is made once. */
  readonly extracted: KeyObject;
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

/** A data key from its 32 bytes, which are the caller's to erase. */
export const createDataKey = (version: number, bytes: Uint8Array): DataKey => {
  const extracted = createHmac("sha512", NO_SALT).update(bytes).digest();
  try {
    return { version, secret: createSecretKey(bytes), extracted: createSecretKey(extracted) };
  } finally {
    extracted.fill(0);
  }
};

const derive = (key: DataKey, context: Buffer, holder: Sensitive<string> | undefined): Buffer => {
  const hashed = hash("sha512", context, "binary");
  // One block of HKDF's expansion is all that is needed.
  if (holder === undefined)
    return createHmac("sha512", key.extracted).update(`${LABEL}${hashed}\x01`, "latin1").digest();
  const given = encodeFields([holder.reveal()]);
  const salt = hash("sha512", given, "buffer");
  given.fill(0);
  const info = Buffer.from(LABEL + hashed, "latin1");
  return Buffer.from(hkdfSync("sha512", key.secret, salt, info, KEY_BYTES + COMMITMENT_BYTES));
};

/** What the two halves of the derived bytes are for. A cipher takes a `KeyObject` with less work than bytes. */
const cipherKeyOf = (derived: Buffer): KeyObject => createSecretKey(derived.subarray(0, KEY_BYTES));
const commitmentOf = (derived: Buffer): Buffer => derived.subarray(KEY_BYTES);

/** Seals `plaintext` to `place`. Adds `OVERHEAD` bytes. */
export const seal = (key: DataKey, place: Place, plaintext: Uint8Array, random: RandomSource): Buffer => {
  const iv = random.bytes(IV_BYTES);
  if (iv.length !== IV_BYTES) throw new RangeError("the random source gave too few bytes");
  const context = contextOf(place, key.version);
  const derived = derive(key, context, place.holder);
  try {
    const cipher = createCipheriv(CIPHER, cipherKeyOf(derived), iv, TAG);
    cipher.setAAD(context);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    // Every byte of it is written below.
    const sealed = Buffer.allocUnsafe(ciphertext.length + OVERHEAD);
    sealed[0] = FORMAT;
    sealed.writeUInt32BE(key.version, KEY_VERSION_AT);
    sealed.set(iv, IV_AT);
    sealed.set(commitmentOf(derived), COMMITMENT_AT);
    sealed.set(ciphertext, CIPHERTEXT_AT);
    sealed.set(cipher.getAuthTag(), CIPHERTEXT_AT + ciphertext.length);
    return sealed;
  } finally {
    derived.fill(0);
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
  const derived = derive(key, context, place.holder);
  try {
    if (!timingSafeEqual(commitmentOf(derived), sealed.subarray(COMMITMENT_AT, CIPHERTEXT_AT))) {
      throw new OpenRefused("sealed body is not committed to this key and place");
    }
    const tagAt = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, cipherKeyOf(derived), sealed.subarray(IV_AT, COMMITMENT_AT), TAG);
    decipher.setAAD(context);
    decipher.setAuthTag(sealed.subarray(tagAt));
    const body = decipher.update(sealed.subarray(CIPHERTEXT_AT, tagAt));
    try {
      decipher.final();
      return body;
    } catch (cause) {
      body.fill(0);
      throw new OpenRefused("sealed body is not authentic", { cause });
    }
  } finally {
    derived.fill(0);
  }
};
