import {
  constants,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  sign,
  verify,
} from "node:crypto";
import type { RandomSource } from "../../../../std/random.ts";
import { UseFault } from "../fault.ts";
import { type HashName, hashBytes, nodeName } from "./hashes.ts";
import { encodePss, isPssOf, longestSalt, type SaltLength } from "./pss.ts";
import type { Signable, SigningOptions } from "./signable.ts";

/** RSA: OAEP with SHA-256, signatures by PSS and PKCS 1 v1.5. Source: RFC 8017. */

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" } as const;
const OAEP_HASH_BYTES = 32;

const modulusBits = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0;
const modulusBytes = (key: KeyObject): number => Math.ceil(modulusBits(key) / 8);

/** Throws `UseFault` for a plaintext that the key has no room for. */
export const encryptOaep = (key: KeyObject, plaintext: Uint8Array): Buffer => {
  if (plaintext.length > modulusBytes(key) - 2 * OAEP_HASH_BYTES - 2) {
    throw new UseFault("failed to RSA encrypt the plaintext: crypto/rsa: message too long for RSA key size", true);
  }
  return publicEncrypt({ key, ...OAEP }, plaintext);
};

/** Throws `UseFault` with one text for every ciphertext that does not open. */
export const decryptOaep = (key: KeyObject, ciphertext: Uint8Array): Buffer => {
  try {
    return privateDecrypt({ key, ...OAEP }, ciphertext);
  } catch {
    throw new UseFault("failed to RSA decrypt the ciphertext: crypto/rsa: decryption error", true);
  }
};

/** The end of the object identifiers of the hashes, in NIST's arc. Source: NIST, Computer Security Objects Register. */
const NIST_HASHES: Readonly<Record<Exclude<HashName, "sha1">, number>> = {
  "sha2-256": 1,
  "sha2-384": 2,
  "sha2-512": 3,
  "sha2-224": 4,
  "sha3-224": 7,
  "sha3-256": 8,
  "sha3-384": 9,
  "sha3-512": 10,
};

/** `DigestInfo` up to the hash itself. Source: RFC 8017, section 9.2. */
const digestInfo = (hash: HashName, digest: Uint8Array): Buffer => {
  const oid =
    hash === "sha1" ? [0x2b, 0x0e, 0x03, 0x02, 0x1a] : [0x60, 0x86, 0x48, 0x01, 0x65, 3, 4, 2, NIST_HASHES[hash]];
  const algorithm = [0x30, oid.length + 4, 0x06, oid.length, ...oid, 0x05, 0x00];
  const head = [0x30, algorithm.length + 2 + digest.length, ...algorithm, 0x04, digest.length];
  return Buffer.concat([Buffer.from(head), digest]);
};

/** What a PKCS 1 signature of a hash holds; `undefined`: the input does not have the length of the hash. */
const signedBytes = ({ bytes, hash }: Signable): Uint8Array | undefined => {
  if (hash === "none") return bytes;
  return bytes.length === hashBytes(hash) ? digestInfo(hash, bytes) : undefined;
};

const PKCS1_OVERHEAD = 11;
const PKCS1 = constants.RSA_PKCS1_PADDING;

const signPkcs1 = (key: KeyObject, input: Signable): Buffer => {
  if (!input.prehashed && input.hash !== "none") {
    return sign(nodeName(input.hash), input.bytes, { key, padding: PKCS1 });
  }
  const bytes = signedBytes(input);
  if (!bytes) throw new UseFault("crypto/rsa: input must be hashed message", true);
  if (bytes.length > modulusBytes(key) - PKCS1_OVERHEAD) {
    throw new UseFault("crypto/rsa: message too long for RSA key size", true);
  }
  return privateEncrypt({ key, padding: PKCS1 }, bytes);
};

const verifyPkcs1 = (key: KeyObject, input: Signable, signature: Uint8Array): boolean => {
  if (!input.prehashed && input.hash !== "none") {
    return verify(nodeName(input.hash), input.bytes, { key, padding: PKCS1 }, signature);
  }
  const bytes = signedBytes(input);
  return bytes !== undefined && publicDecrypt({ key, padding: PKCS1 }, signature).equals(bytes);
};

const RAW = constants.RSA_NO_PADDING;
const PSS = constants.RSA_PKCS1_PSS_PADDING;
const NODE_SALTS = {
  auto: { sign: constants.RSA_PSS_SALTLEN_MAX_SIGN, verify: constants.RSA_PSS_SALTLEN_AUTO },
  hash: { sign: constants.RSA_PSS_SALTLEN_DIGEST, verify: constants.RSA_PSS_SALTLEN_DIGEST },
} as const;

const nodeSalt = (salt: SaltLength, way: "sign" | "verify"): number =>
  typeof salt === "number" ? salt : NODE_SALTS[salt][way];

const checkSalt = (key: KeyObject, hash: HashName, salt: SaltLength): void => {
  if (typeof salt === "number" && salt > longestSalt(modulusBits(key), hash)) {
    throw new UseFault(`requested salt length ${salt} is invalid`);
  }
};

const signPss = (key: KeyObject, input: Signable, hash: HashName, salt: SaltLength, random: RandomSource): Buffer => {
  checkSalt(key, hash, salt);
  if (!input.prehashed) {
    return sign(nodeName(hash), input.bytes, { key, padding: PSS, saltLength: nodeSalt(salt, "sign") });
  }
  if (input.bytes.length !== hashBytes(hash)) {
    throw new UseFault("crypto/rsa: input must be hashed with given hash", true);
  }
  return privateEncrypt({ key, padding: RAW }, encodePss(modulusBits(key), hash, input.bytes, salt, random));
};

const verifyPss = (key: KeyObject, input: Signable, hash: HashName, salt: SaltLength, signature: Uint8Array) => {
  checkSalt(key, hash, salt);
  if (!input.prehashed) {
    return verify(nodeName(hash), input.bytes, { key, padding: PSS, saltLength: nodeSalt(salt, "verify") }, signature);
  }
  if (input.bytes.length !== hashBytes(hash)) return false;
  return isPssOf(modulusBits(key), hash, input.bytes, salt, publicDecrypt({ key, padding: RAW }, signature));
};

const unsupported = (algorithm: string): UseFault =>
  new UseFault(`unsupported rsa signature algorithm ${algorithm}`, true);

// `none` comes with pkcs1v15 only: the request is refused before it gets here.
const hashForPss = ({ hash }: Signable): HashName => {
  if (hash === "none") throw new UseFault("unsupported hash algorithm", true);
  return hash;
};

/** Throws `UseFault` for what the key or the algorithm cannot sign. */
export const signRsa = (key: KeyObject, input: Signable, options: SigningOptions, random: RandomSource): Buffer => {
  switch (options.algorithm) {
    case "pss":
      return signPss(key, input, hashForPss(input), options.salt, random);
    case "pkcs1v15":
      return signPkcs1(key, input);
    default:
      throw unsupported(options.algorithm);
  }
};

/** Throws `UseFault` for options that no signature can have. */
export const verifyRsa = (key: KeyObject, input: Signable, options: SigningOptions, signature: Uint8Array): boolean => {
  const check = (): boolean => {
    if (options.algorithm === "pss") return verifyPss(key, input, hashForPss(input), options.salt, signature);
    if (options.algorithm === "pkcs1v15") return verifyPkcs1(key, input, signature);
    throw unsupported(options.algorithm);
  };
  try {
    return check() && signature.length === modulusBytes(key);
  } catch (cause) {
    // OpenSSL refuses a number above the modulus, and one without padding.
    if (cause instanceof UseFault) throw cause;
    return false;
  }
};
