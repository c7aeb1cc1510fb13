import { createPublicKey, type KeyObject } from "node:crypto";
import { RSAPublicKey } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { Unreadable } from "../errors.ts";
import { requireDer } from "../strict-der.ts";
import { rememberEncoding } from "./certificate.ts";
import { oid } from "./der.ts";

/**
 * Public keys that strangers send. OpenSSL reads more than may be certified, and takes its time over some, so the kind,
 * the size and the form are looked at first.
 */

export const UNKNOWN_KEY = "the key is of a kind that is not supported";
export const UNKNOWN_CURVE = "the key is of a curve that is not supported";
const UNFIT_KEY = "the key is not one that can be used";

const bitsOf = (positive: Uint8Array): number => {
  const digits = positive[0] === 0 ? positive.subarray(1) : positive;
  return digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
};

const isOdd = (integer: Uint8Array): boolean => ((integer.at(-1) ?? 0) & 1) === 1;

const LEAST_RSA_BITS = 1024;
const MOST_RSA_BITS = 8192;

/** The bounds of Go, and an end to what a signature may cost: odd, and an exponent from 3 to 31 bits. */
const requireRsa = (key: Uint8Array): void => {
  requireDer(key);
  const parsed = AsnConvert.parse(key, RSAPublicKey);
  const modulus = new Uint8Array(parsed.modulus);
  const exponent = new Uint8Array(parsed.publicExponent);
  const bits = bitsOf(modulus);
  const isFit =
    (modulus[0] ?? 0x80) < 0x80 &&
    isOdd(modulus) &&
    bits >= LEAST_RSA_BITS &&
    bits <= MOST_RSA_BITS &&
    (exponent[0] ?? 0x80) < 0x80 &&
    isOdd(exponent) &&
    bitsOf(exponent) >= 2 &&
    bitsOf(exponent) <= 31;
  if (!isFit) throw new Unreadable(UNFIT_KEY);
};

/** P-224, P-256, P-384, P-521: by name, never by parameters, which could describe any curve. */
const CURVES = ["1.3.132.0.33", "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"].map(oid);

/** Points are written in full, as everywhere in certificates; OpenSSL checks that they are on the curve. */
const requirePoint = (key: Uint8Array, { parameters }: AlgorithmIdentifier): void => {
  const named = new Uint8Array(parameters ?? new ArrayBuffer(0));
  if (!CURVES.some((curve) => curve.equals(named))) throw new Unreadable(UNKNOWN_CURVE);
  if (key[0] !== 4) throw new Unreadable(UNFIT_KEY);
};

const KINDS: Readonly<Record<string, (key: Uint8Array, algorithm: AlgorithmIdentifier) => void>> = {
  "1.2.840.113549.1.1.1": (key, { parameters }) => {
    if (parameters !== null) throw new Unreadable(UNFIT_KEY);
    requireRsa(key);
  },
  "1.2.840.10045.2.1": requirePoint,
  "1.3.101.112": (_key, { parameters }) => {
    if (parameters !== undefined) throw new Unreadable(UNFIT_KEY);
  },
};

const parsedKey = (der: Uint8Array): KeyObject => {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch (cause) {
    throw new Unreadable(UNFIT_KEY, { cause });
  }
};

/** The key of a SubjectPublicKeyInfo: RSA of 1,024 to 8,192 bits, P-224 to P-521, Ed25519. Throws `Unreadable`. */
export const readKey = (der: Uint8Array): KeyObject => {
  const { algorithm, subjectPublicKey } = AsnConvert.parse(der, SubjectPublicKeyInfo);
  const check = KINDS[algorithm.algorithm];
  if (check === undefined) throw new Unreadable(UNKNOWN_KEY);
  check(new Uint8Array(subjectPublicKey), algorithm);
  const key = parsedKey(der);
  rememberEncoding(key, der);
  return key;
};
