import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { KeyType } from "../../model.ts";
import { UseFault } from "../fault.ts";

/**
 * Authenticated encryption with one key: nonce, ciphertext and tag in one piece. The nonce is an argument. It comes from
 * a random source or from convergent derivation, never from a caller's field.
 */

interface Cipher {
  readonly keyBytes: number;
  readonly nonceBytes: number;
  /** What the reference says of a ciphertext that does not open, whatever is wrong with it. */
  readonly refusal: string;
  readonly seal: (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array) => Uint8Array[];
  /** Throws where the tag does not hold. */
  readonly open: (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array) => Uint8Array;
}

const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES } as const;

type NodeCipher = "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";

// Node types chacha20-poly1305 apart from GCM; both calls are the same.
const cipherOf = (name: NodeCipher, key: KeyObject, nonce: Uint8Array) =>
  name === "chacha20-poly1305" ? createCipheriv(name, key, nonce, TAG) : createCipheriv(name, key, nonce, TAG);
const decipherOf = (name: NodeCipher, key: KeyObject, nonce: Uint8Array) =>
  name === "chacha20-poly1305" ? createDecipheriv(name, key, nonce, TAG) : createDecipheriv(name, key, nonce, TAG);

const byNode = (name: NodeCipher, keyBytes: number, refusal: string): Cipher => ({
  keyBytes,
  nonceBytes: 12,
  refusal,
  seal: (key, nonce, plaintext, aad) => {
    // Node 24 takes bytes for a key five times as slowly as a `KeyObject`.
    const cipher = cipherOf(name, createSecretKey(key), nonce);
    if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const body = cipher.update(plaintext);
    cipher.final();
    return [nonce, body, cipher.getAuthTag()];
  },
  open: (key, nonce, sealed, aad) => {
    const end = sealed.length - TAG_BYTES;
    const decipher = decipherOf(name, createSecretKey(key), nonce);
    if (aad.length > 0) decipher.setAAD(aad, { plaintextLength: end });
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch (cause) {
      // What the cipher gave before it knew the tag is nobody's.
      plaintext.fill(0);
      throw cause;
    }
    return plaintext;
  },
});

const GCM_REFUSAL = "cipher: message authentication failed";
const CHACHA_REFUSAL = "chacha20poly1305: message authentication failed";

const CIPHERS = {
  "aes128-gcm96": byNode("aes-128-gcm", 16, GCM_REFUSAL),
  "aes256-gcm96": byNode("aes-256-gcm", 32, GCM_REFUSAL),
  "chacha20-poly1305": byNode("chacha20-poly1305", 32, CHACHA_REFUSAL),
  // node:crypto has no XChaCha20.
  "xchacha20-poly1305": {
    keyBytes: 32,
    nonceBytes: 24,
    refusal: CHACHA_REFUSAL,
    seal: (key, nonce, plaintext, aad) => [nonce, xchacha20poly1305(key, nonce, aad).encrypt(plaintext)],
    open: (key, nonce, sealed, aad) => xchacha20poly1305(key, nonce, aad).decrypt(sealed),
  },
} as const satisfies Readonly<Partial<Record<KeyType, Cipher>>>;

export type AeadType = keyof typeof CIPHERS;

export const isAead = (type: KeyType): type is AeadType => Object.hasOwn(CIPHERS, type);

/** Lengths of a type, in bytes. */
export const aeadSizes = (type: AeadType): { readonly keyBytes: number; readonly nonceBytes: number } => CIPHERS[type];

/** Nonce, ciphertext and tag. */
export const sealAead = (
  type: AeadType,
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Buffer => Buffer.concat(CIPHERS[type].seal(key, nonce, plaintext, aad));

/** Opens what `sealAead` made. Throws `UseFault` with one text for every ciphertext that does not open. */
export const openAead = (type: AeadType, key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array => {
  const { nonceBytes, refusal, open }: Cipher = CIPHERS[type];
  if (sealed.length < nonceBytes) throw new UseFault("invalid ciphertext length");
  const rest = sealed.subarray(nonceBytes);
  if (rest.length < TAG_BYTES) throw new UseFault(refusal);
  try {
    return open(key, sealed.subarray(0, nonceBytes), rest, aad);
  } catch {
    throw new UseFault(refusal);
  }
};
