import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { invert } from "@noble/curves/abstract/modular.js";
import { z } from "zod";
import { isBase64 } from "../../../../std/base64.ts";
import { JsonNumber } from "../../../../std/json.ts";
import { Sensitive } from "../../../../std/sensitive.ts";
import { pemBlock } from "../../../../x509/index.ts";
import type { KeyType } from "../../model.ts";
import { ed25519FromSeed, ed25519Public, goEd25519 } from "../ed25519.ts";
import { kindOf, type Make } from "../kinds.ts";
import type { Material } from "../material.ts";
import { refused } from "../refused.ts";
import { bytesMaterial, pairMaterial, publicMaterial } from "./brought.ts";

/**
 * One version in a backup, as Vault and OpenBao write it: Go's own structures as JSON, numbers of RSA and of curves as
 * decimal integers of any length. Here they are read; `backup-writing.ts` writes them.
 */

/** Numbers of the types. HMAC is 11 in Vault, which has no XChaCha20; OpenBao has 10 for HMAC, and 11 for XChaCha20. */
const TYPE_NUMBERS: Readonly<Record<KeyType, number>> = {
  "aes256-gcm96": 0,
  "ecdsa-p256": 1,
  ed25519: 2,
  "rsa-2048": 3,
  "rsa-4096": 4,
  "chacha20-poly1305": 5,
  "ecdsa-p384": 6,
  "ecdsa-p521": 7,
  "aes128-gcm96": 8,
  "rsa-3072": 9,
  hmac: 10,
  "xchacha20-poly1305": 11,
};

export const typeNumber = (type: KeyType): number => TYPE_NUMBERS[type];

const TYPES: ReadonlyMap<number, KeyType> = new Map(
  Object.keys(TYPE_NUMBERS).map((type) => [TYPE_NUMBERS[type as KeyType], type as KeyType]),
);

/** `sized`: the backup tells the size of its keys, as those of type `hmac` do. */
export const typeOfNumber = (number: number, sized: boolean): KeyType | undefined =>
  number === TYPE_NUMBERS["xchacha20-poly1305"] && sized ? "hmac" : TYPES.get(number);

/** Numbers of the ways of deriving; keys that are not derived have the first one. */
export const COUNTER = 0;
export const HKDF = 1;

/** How Vault derives nonces from plaintexts since its third way of doing so, the only one here. */
export const CONVERGENT_VERSION = 3;

const Bytes = z
  .string()
  .refine(isBase64, "not base64")
  .transform((text) => Buffer.from(text, "base64"));

/** Decimal digits of the longest numbers here, those of RSA keys with 4,096 bits, and some more. */
const MOST_DIGITS = 2500;

const Integer = z
  .union([z.int().nonnegative(), z.instanceof(JsonNumber)])
  .transform((number) => String(number))
  .refine((text) => /^\d+$/.test(text) && text.length <= MOST_DIGITS, "not a whole number")
  .transform(BigInt);

/** The last second that a text of RFC 3339 has, of the year 9999. */
const LAST_SECOND = 253_402_300_799;

const RsaPublic = z.object({ N: Integer, E: Integer });

export const BackedUpVersion = z.object({
  key: Bytes.nullish(),
  hmac_key: Bytes.nullish(),
  time: z.string().optional(),
  creation_time: z.int().max(LAST_SECOND).optional(),
  ec_x: Integer.nullish(),
  ec_y: Integer.nullish(),
  ec_d: Integer.nullish(),
  rsa_key: RsaPublic.extend({ D: Integer, Primes: z.array(Integer) }).nullish(),
  rsa_public_key: RsaPublic.nullish(),
  public_key: z.string().optional(),
  convergent_version: z.int().optional(),
  certificate_chain: z.array(Bytes).nullish(),
});
export type BackedUpVersion = z.output<typeof BackedUpVersion>;

/** Whether a slot of the archive holds a version: Go fills others with zeros. */
export const isFilled = ({ key, ec_x, rsa_key, rsa_public_key, public_key = "" }: BackedUpVersion): boolean =>
  public_key !== "" || [key, ec_x, rsa_key, rsa_public_key].some((part) => part !== undefined && part !== null);

const hexOf = (number: bigint): string => {
  const hex = number.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
};

/** Big endian, base64url, as JSON web keys have numbers; filled up to `length` bytes. */
const jwkNumber = (number: bigint, length = 0): string =>
  Buffer.from(hexOf(number).padStart(length * 2, "0"), "hex").toString("base64url");

const CURVE_BYTES: Readonly<Record<string, number>> = { "P-256": 32, "P-384": 48, "P-521": 66 };

const BROKEN = "the backup holds a key that cannot be read";

/** Numbers that make no key are refused; the words for it may quote them, so they are left behind. */
const made = (make: () => KeyObject): KeyObject => {
  try {
    return make();
  } catch {
    throw refused(BROKEN);
  }
};

const needed = <T>(part: T | null | undefined): T => {
  if (part === undefined || part === null) throw refused(BROKEN);
  return part;
};

type Pair = { readonly privateKey: KeyObject } | { readonly publicKey: KeyObject };

const ecPair = (curve: string, { ec_x, ec_y, ec_d }: BackedUpVersion): Pair => {
  const length = CURVE_BYTES[curve] ?? 0;
  const number = (part: bigint | null | undefined): string => jwkNumber(needed(part), length);
  const point = { kty: "EC", crv: curve, x: number(ec_x), y: number(ec_y) };
  if (ec_d === undefined || ec_d === null)
    return { publicKey: made(() => createPublicKey({ key: point, format: "jwk" })) };
  return { privateKey: made(() => createPrivateKey({ key: { ...point, d: number(ec_d) }, format: "jwk" })) };
};

const rsaPair = ({ rsa_key, rsa_public_key }: BackedUpVersion): Pair => {
  if (!rsa_key) {
    const { N, E } = needed(rsa_public_key);
    const key = { kty: "RSA", n: jwkNumber(N), e: jwkNumber(E) };
    return { publicKey: made(() => createPublicKey({ key, format: "jwk" })) };
  }
  const { N, E, D, Primes } = rsa_key;
  const [p = 0n, q = 0n, ...more] = Primes;
  if (p < 3n || q < 3n || more.length > 0) throw refused(BROKEN);
  return {
    privateKey: made(() => {
      const key = {
        kty: "RSA",
        n: jwkNumber(N),
        e: jwkNumber(E),
        d: jwkNumber(D),
        p: jwkNumber(p),
        q: jwkNumber(q),
        dp: jwkNumber(D % (p - 1n)),
        dq: jwkNumber(D % (q - 1n)),
        qi: jwkNumber(invert(q, p)),
      };
      return createPrivateKey({ key, format: "jwk" });
    }),
  };
};

const ED25519_BYTES = 64;

const ed25519Pair = ({ key, public_key = "" }: BackedUpVersion): Pair => {
  if (!key || key.length === 0) {
    if (!isBase64(public_key)) throw refused(BROKEN);
    return { publicKey: made(() => ed25519Public(Buffer.from(public_key, "base64"))) };
  }
  if (key.length !== ED25519_BYTES) throw refused(BROKEN);
  const privateKey = made(() => ed25519FromSeed(key));
  if (!goEd25519(privateKey).equals(key)) throw refused(BROKEN);
  return { privateKey };
};

const pairOf = (pair: Exclude<Make, { readonly make: "bytes" | "hmac" }>, version: BackedUpVersion): Pair => {
  if (pair.make === "ec") return ecPair(pair.curve, version);
  return pair.make === "rsa" ? rsaPair(version) : ed25519Pair(version);
};

/** When a version was made, epoch milliseconds. */
const createdOf = ({ time, creation_time = 0 }: BackedUpVersion): number => {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) || at <= 0 ? Math.max(0, creation_time * 1000) : at;
};

/** A version as it is kept here. Throws for one that makes no whole key of the type. */
export const materialOf = (type: KeyType, version: BackedUpVersion): Material => {
  const created = createdOf(version);
  const { made: kind } = kindOf(type);
  const hmac = new Sensitive<Uint8Array>(needed(kind.make === "hmac" ? version.key : version.hmac_key));
  if (hmac.reveal().length < 16) throw refused(BROKEN);
  if (kind.make === "hmac" || kind.make === "bytes") {
    return bytesMaterial(type, new Sensitive<Uint8Array>(needed(version.key)), hmac, created);
  }
  const pair = pairOf(kind, version);
  const { body, secrets } =
    "privateKey" in pair
      ? pairMaterial(type, pair.privateKey, hmac, created)
      : publicMaterial(type, pair.publicKey, hmac, created);
  const certificates = version.certificate_chain?.map((der) => pemBlock("CERTIFICATE", der)) ?? [];
  return { body: certificates.length === 0 ? body : { ...body, certificates }, secrets };
};
