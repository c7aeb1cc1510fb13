import { type KeyObject, sign, verify } from "node:crypto";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import type { RandomSource } from "../../../../std/random.ts";
import { Sensitive } from "../../../../std/sensitive.ts";
import { UseFault } from "../fault.ts";
import { nodeName } from "./hashes.ts";
import type { Signable, SigningOptions } from "./signable.ts";

/**
 * ECDSA. node:crypto signs messages only, so a hash that the caller made (`prehashed`) is signed and verified by
 * `@noble/curves`.
 */

const CURVES = { "ecdsa-p256": p256, "ecdsa-p384": p384, "ecdsa-p521": p521 } as const;
export type EcdsaType = keyof typeof CURVES;

const SIZES: Readonly<Record<EcdsaType, number>> = { "ecdsa-p256": 32, "ecdsa-p384": 48, "ecdsa-p521": 66 };

const field = (value: string | undefined): Buffer => Buffer.from(value ?? "", "base64url");

/** What `@noble/curves` takes, made once for as long as this process keeps the key. */
const scalars = new WeakMap<KeyObject, Sensitive<Uint8Array>>();
const points = new WeakMap<KeyObject, Uint8Array>();

const scalarOf = (key: KeyObject): Sensitive<Uint8Array> => {
  const known = scalars.get(key) ?? new Sensitive(field(key.export({ format: "jwk" }).d));
  scalars.set(key, known);
  return known;
};

const pointOf = (key: KeyObject): Uint8Array => {
  const known = points.get(key);
  if (known) return known;
  const { x, y } = key.export({ format: "jwk" });
  const point = Buffer.concat([Uint8Array.of(4), field(x), field(y)]);
  points.set(key, point);
  return point;
};

/** Only that many bytes of a hash count; more of them are too many for the library. */
const leftmost = (type: EcdsaType, digest: Uint8Array): Uint8Array => digest.subarray(0, SIZES[type]);

const FORMATS = { asn1: "der", jws: "compact" } as const;
const ENCODINGS = { asn1: "der", jws: "ieee-p1363" } as const;

export const signEcdsa = (
  type: EcdsaType,
  key: KeyObject,
  input: Signable,
  { marshaling }: SigningOptions,
  random: RandomSource,
): Uint8Array => {
  if (!input.prehashed && input.hash !== "none") {
    return sign(nodeName(input.hash), input.bytes, { key, dsaEncoding: ENCODINGS[marshaling] });
  }
  return CURVES[type].sign(leftmost(type, input.bytes), scalarOf(key).reveal(), {
    prehash: false,
    lowS: false,
    format: FORMATS[marshaling],
    extraEntropy: random.bytes(SIZES[type]),
  });
};

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** The length that a DER value at `at` says, and where its content begins; `undefined`: none, or not the shortest. */
const derLength = (bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined => {
  const short = bytes[at + 1];
  if (short === undefined) return undefined;
  if (short < 0x80) return { start: at + 2, end: at + 2 + short };
  const long = bytes[at + 2];
  return short === 0x81 && long !== undefined && long >= 0x80 ? { start: at + 3, end: at + 3 + long } : undefined;
};

/** The end of a minimal INTEGER at `at`. */
const derIntegerEnd = (bytes: Uint8Array, at: number): number | undefined => {
  const value = bytes[at] === INTEGER ? derLength(bytes, at) : undefined;
  if (!value || value.end > bytes.length || value.end === value.start) return undefined;
  const [first = 0, second] = bytes.subarray(value.start, value.end);
  const padded = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  return padded ? undefined : value.end;
};

/** Throws `UseFault` unless a signature is one DER sequence of two integers, with nothing in it or behind it. */
const checkDer = (bytes: Uint8Array): void => {
  const whole = bytes[0] === SEQUENCE ? derLength(bytes, 0) : undefined;
  if (!whole || whole.end > bytes.length) throw new UseFault("supplied signature is invalid");
  const within = bytes.subarray(0, whole.end);
  const r = derIntegerEnd(within, whole.start);
  const s = r === undefined ? undefined : derIntegerEnd(within, r);
  if (s !== whole.end) throw new UseFault("supplied signature is invalid");
  if (whole.end !== bytes.length) throw new UseFault("supplied signature contains extra data");
};

/** Throws `UseFault` for what is not shaped as a signature. */
export const verifyEcdsa = (
  type: EcdsaType,
  key: KeyObject,
  input: Signable,
  { marshaling }: SigningOptions,
  signature: Uint8Array,
): boolean => {
  if (marshaling === "asn1") checkDer(signature);
  else if (signature.length !== 2 * SIZES[type]) return false;
  try {
    if (!input.prehashed && input.hash !== "none") {
      return verify(nodeName(input.hash), input.bytes, { key, dsaEncoding: ENCODINGS[marshaling] }, signature);
    }
    const digest = leftmost(type, input.bytes);
    // Of a hash that is zero, or empty, anybody can make a signature out of the public key.
    if (digest.every((byte) => byte === 0)) return false;
    return CURVES[type].verify(signature, digest, pointOf(key), {
      prehash: false,
      lowS: false,
      format: FORMATS[marshaling],
    });
  } catch {
    // Numbers outside the curve's order.
    return false;
  }
};
