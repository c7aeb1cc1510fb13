import { base64Bytes, base64Fault } from "../../../std/go-base64.ts";
import type { RandomSource } from "../../../std/random.ts";
import type { KeyVersion, StoredKey } from "../model.ts";
import { CIPHERTEXT, type Prefixed, parsePrefixed, prefixed } from "./ciphertext.ts";
import { type AeadType, aeadSizes, isAead, openAead, sealAead } from "./crypto/aead.ts";
import { convergentNonce, deriveByCounter, deriveBytes, NONCE_KEY_BYTES } from "./crypto/derive.ts";
import { decryptOaep, encryptOaep } from "./crypto/rsa.ts";
import { UseFault } from "./fault.ts";
import type { CipherItem } from "./items.ts";
import { checkNamedVersion, usableVersion, type Versions } from "./versions.ts";

/**
 * Encryption and decryption of the items of one request with one key. Everything throws `UseFault` with the reference's
 * texts; a ciphertext that does not open has one text, whatever is wrong with it.
 *
 * **Security:** nonces come from the random source, or from the plaintext if the key is convergent. No field reaches them.
 */

const NOTHING = new Uint8Array(0);

export const MISSING_CONTEXT =
  "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key";

type RsaType = "rsa-2048" | "rsa-3072" | "rsa-4096";
const isRsa = (type: StoredKey["type"]): type is RsaType => type.startsWith("rsa-");

/** Throws for a type that encrypts nothing. */
const checkEncrypts = ({ type }: StoredKey, what: "encryption" | "decryption"): void => {
  if (!isAead(type) && !isRsa(type)) throw new UseFault(`message ${what} not supported for key type ${type}`);
};

/** Base64 of an item, or a fault in Go's words. */
export const decoded = (text: string): Uint8Array => {
  if (text === "") return NOTHING;
  const bytes = base64Bytes(text);
  if (!bytes) throw new UseFault(base64Fault(text));
  return bytes;
};

const associated = (text: string): Uint8Array => {
  if (text === "") return NOTHING;
  const bytes = base64Bytes(text);
  if (bytes) return bytes;
  throw new UseFault(`unable to get associated_data/additional_data from factory[0]: ${base64Fault(text)}`, true);
};

/** Throws where associated data are given for a key that has no use for them. `where`: how the text begins. */
export const checkAssociated = ({ type }: StoredKey, associatedData: string, where: string): void => {
  if (associatedData !== "" && !isAead(type)) {
    throw new UseFault(`${where}' provided for non-AEAD cipher suite ${type}`);
  }
};

/** Random nonces, drawn for several items at once: each is handed out once. */
const nonceSource = (random: RandomSource, length: number, count: number) => {
  let drawn: Uint8Array = NOTHING;
  let at = 0;
  return (): Uint8Array => {
    if (at + length > drawn.length) {
      drawn = random.bytes(length * count);
      at = 0;
    }
    at += length;
    return drawn.subarray(at - length, at);
  };
};

interface Keys {
  readonly encryption: Uint8Array;
  /** Of convergent keys. */
  readonly nonce?: Uint8Array;
}

export interface ItemCipher {
  /** `version`: from `versionFor`. */
  encrypt(plaintext: Uint8Array, version: number, context: Uint8Array, associatedData: string): string;
  decrypt(text: Prefixed, context: Uint8Array, associatedData: string): Uint8Array;
}

/** What is derived for a context is kept for the next item: those of a batch often share one. */
const keysOf = (stored: StoredKey, type: AeadType) => {
  const { keyBytes } = aeadSizes(type);
  let last: { readonly version: KeyVersion; readonly context: Uint8Array; readonly keys: Keys } | undefined;
  return (version: KeyVersion, context: Uint8Array): Keys => {
    if (!version.secret) throw new UseFault("no such key version");
    const secret = version.secret.reveal();
    if (!stored.derived) return { encryption: secret };
    if (last?.version === version && Buffer.compare(last.context, context) === 0) return last.keys;
    const derive = stored.kdf === undefined ? deriveBytes : deriveByCounter;
    const made = derive(secret, context, stored.convergent ? keyBytes + NONCE_KEY_BYTES : keyBytes);
    const encryption = made.subarray(0, keyBytes);
    const keys = stored.convergent ? { encryption, nonce: made.subarray(keyBytes) } : { encryption };
    last = { version, context, keys };
    return keys;
  };
};

/** `count`: how many items there are. */
export const createItemCipher = (
  stored: StoredKey,
  versions: Versions,
  random: RandomSource,
  count: number,
): ItemCipher => {
  const { type } = stored;
  const nextNonce = isAead(type) ? nonceSource(random, aeadSizes(type).nonceBytes, count) : undefined;
  const keysFor = isAead(type) ? keysOf(stored, type) : undefined;

  const symmetricKeys = (number: number, context: Uint8Array): Keys => {
    if (stored.derived && context.length === 0) throw new UseFault(MISSING_CONTEXT);
    const version = versions.get(number);
    if (!keysFor) throw new UseFault(`unsupported key type ${type}`, true);
    return keysFor(version, context);
  };

  const nonceFor = (keys: Keys, plaintext: Uint8Array, aad: Uint8Array, nonceBytes: number): Uint8Array => {
    if (keys.nonce) return convergentNonce(keys.nonce, plaintext, aad, nonceBytes);
    return nextNonce?.() ?? random.bytes(nonceBytes);
  };

  const encryptBytes = (plaintext: Uint8Array, number: number, context: Uint8Array, given: string): Buffer => {
    if (!isAead(type)) {
      const { publicKey } = versions.get(number);
      if (!publicKey) throw new UseFault("no such key version");
      return encryptOaep(publicKey, plaintext);
    }
    const keys = symmetricKeys(number, context);
    const aad = associated(given);
    const nonce = nonceFor(keys, plaintext, aad, aeadSizes(type).nonceBytes);
    return sealAead(type, keys.encryption, nonce, plaintext, aad);
  };

  const decryptBytes = (sealed: Uint8Array, number: number, context: Uint8Array, given: string): Uint8Array => {
    if (isAead(type)) {
      const { encryption } = symmetricKeys(number, context);
      return openAead(type, encryption, sealed, associated(given));
    }
    const { privateKey } = versions.get(number);
    if (!privateKey) {
      throw new UseFault("cannot decrypt ciphertext, key version does not have a private counterpart", true);
    }
    return decryptOaep(privateKey, sealed);
  };

  return {
    encrypt: (plaintext, version, context, associatedData) =>
      prefixed(version, encryptBytes(plaintext, version, context, associatedData).toString("base64")),
    decrypt: ({ version, body }, context, associatedData) => {
      const sealed = base64Bytes(body);
      if (!sealed) throw new UseFault("invalid ciphertext: could not decode base64");
      return decryptBytes(sealed, version, context, associatedData);
    },
  };
};

/** The version that an item is to be encrypted with. */
export const versionFor = (stored: StoredKey, { keyVersion }: CipherItem): number => {
  checkEncrypts(stored, "encryption");
  return usableVersion(stored, keyVersion, "encryption");
};

/** A ciphertext that this key may decrypt, as far as its first fields tell. Version 0 is version 1, as of old. */
export const readCiphertext = (stored: StoredKey, text: string): Prefixed => {
  checkEncrypts(stored, "decryption");
  const { version, body } = parsePrefixed(text, CIPHERTEXT);
  const named = version === 0 ? 1 : version;
  checkNamedVersion(stored, named, CIPHERTEXT.name);
  return { version: named, body };
};
