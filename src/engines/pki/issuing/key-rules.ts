import type { KeyObject } from "node:crypto";
import { invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { CURVE_BITS, LEAST_RSA_BITS } from "../authorities/key-material.ts";
import { refuseHash } from "../authorities/signers.ts";

/** Which keys a role makes and signs: types, sizes, hashes. Throws with the reference's texts. */

export const KEY_TYPES = ["rsa", "ec", "ed25519", "any"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

const RSA_BITS: readonly number[] = [2048, 3072, 4096, 8192];

export const keyTypeOf = (type: string): KeyType => {
  const known = KEY_TYPES.find((candidate) => candidate === type);
  if (known === undefined) throw invalidRequest(`unknown key type ${cut(type)}`);
  return known;
};

const checkBits = (type: KeyType, bits: number): void => {
  if (type === "rsa" && bits < LEAST_RSA_BITS) {
    throw invalidRequest(`RSA keys < ${LEAST_RSA_BITS} bits are unsafe and not supported: got ${bits}`);
  }
  if (type === "rsa" && !RSA_BITS.includes(bits)) throw invalidRequest(`unsupported bit length for RSA key: ${bits}`);
  if (type === "ec" && !Object.values(CURVE_BITS).includes(bits))
    throw invalidRequest(`unsupported bit length for EC key: ${bits}`);
  if (bits < 0) throw invalidRequest(`unsupported bit length: ${bits}`);
};

const bitsFor = (type: KeyType, bits: number): number => {
  if (bits !== 0) return bits;
  return type === "rsa" ? LEAST_RSA_BITS : type === "ec" ? 256 : 0;
};

/** The hash of an elliptic curve follows from the issuer's, so whatever is written for `ec` stays as it is. */
const hashFor = (type: KeyType, bits: number): number => {
  if (type === "ec") return bits;
  if (type !== "rsa") return 0;
  refuseHash(bits);
  return bits === 0 ? 256 : bits;
};

export interface KeyRule {
  readonly key_type: KeyType;
  readonly key_bits: number;
  readonly signature_bits: number;
}

/** The rule with its zeros replaced by what they mean. */
export const checkedKeyRule = (type: string, bits: number, hash: number): KeyRule => {
  const key_type = keyTypeOf(type);
  const key_bits = bitsFor(key_type, bits);
  checkBits(key_type, key_bits);
  return { key_type, key_bits, signature_bits: hashFor(key_type, hash) };
};

/** An exponent that is even, or 1, makes no signature; whatever claims to have one is not a key. */
const isRsaExponent = (exponent: bigint | undefined): boolean =>
  exponent !== undefined && exponent > 2n && exponent % 2n === 1n;

interface Measured {
  readonly type: Exclude<KeyType, "any">;
  /** 0: the type has one size. */
  readonly bits: number;
}

/** What a public key is. `undefined`: of a type or a curve that is not signed here. */
const measure = (key: KeyObject): Measured | undefined => {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "ed25519") return { type, bits: 0 };
  if (type === "rsa")
    return isRsaExponent(details?.publicExponent) ? { type, bits: details?.modulusLength ?? 0 } : undefined;
  const bits = type === "ec" ? CURVE_BITS[details?.namedCurve ?? ""] : undefined;
  return bits === undefined ? undefined : { type: "ec", bits };
};

/** Checks a request's key against the role's; answers the hash bits that the role means for such a key. */
export const checkRequestKey = (key: KeyObject, rule: KeyRule): number => {
  const measured = measure(key);
  if (rule.key_type !== "any" && measured?.type !== rule.key_type) {
    throw invalidRequest(`role requires keys of type ${rule.key_type}`);
  }
  if (measured === undefined) throw invalidRequest("the key of the CSR is of a type or a curve that is not supported");
  const { type, bits } = measured;
  const least = rule.key_type === "any" ? { rsa: LEAST_RSA_BITS, ec: 224, ed25519: 0 }[type] : rule.key_bits;
  if (type === "rsa" && rule.key_type === "any" && bits < LEAST_RSA_BITS) {
    throw invalidRequest(`RSA keys < ${LEAST_RSA_BITS} bits are unsafe and not supported`);
  }
  if (type !== "ed25519" && bits < least) {
    throw invalidRequest(`role requires a minimum of a ${least}-bit key, but CSR's key is ${bits} bits`);
  }
  return rule.key_type === "any" ? hashFor(type, rule.signature_bits) : rule.signature_bits;
};
