import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { privateKeyOf } from "../../../../std/private-key.ts";
import type { RandomSource } from "../../../../std/random.ts";
import type { Sensitive } from "../../../../std/sensitive.ts";
import { pemBlocks } from "../../../../x509/index.ts";
import { type KeyType, SECRETS } from "../../model.ts";
import { HMAC_KEY } from "../create.ts";
import { kindOf, type Make } from "../kinds.ts";
import { hmacSecret, type Material, privateBytes, publicText } from "../material.ts";
import { refused } from "../refused.ts";

/**
 * Keys that were made elsewhere, checked before they become versions: of the type that was named, of its size, and
 * whole. A pair whose halves do not belong together would sign what nobody can verify, or worse.
 */

/** What was brought: the bytes of a secret (PKCS #8 for types with public keys), or the PEM of a public key alone. */
export type Brought = { readonly secret: Sensitive<Uint8Array> } | { readonly pem: string };

export interface MadeFrom {
  readonly random: RandomSource;
  /** Epoch milliseconds. */
  readonly created: number;
}

type Pair = Exclude<Make, { readonly make: "bytes" | "hmac" }>;

const isPair = (made: Make): made is Pair => made.make !== "bytes" && made.make !== "hmac";

/** Whether keys of a type have a public half. */
export const hasPair = (type: KeyType): boolean => isPair(kindOf(type).made);

const NODE_CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** Go's names of the types of keys, which Vault's texts have in them. */
const GO_TYPES: Readonly<Record<string, string>> = { rsa: "*rsa", ec: "*ecdsa", ed25519: "ed25519" };

const goType = ({ type, asymmetricKeyType: kind }: KeyObject): string =>
  `${GO_TYPES[kind ?? ""] ?? kind}.${type === "private" ? "PrivateKey" : "PublicKey"}`;

/** Why a key is not of the type; `undefined`: it is. */
const mismatch = (type: KeyType, made: Pair, key: KeyObject): string | undefined => {
  if (key.asymmetricKeyType !== made.make) return `invalid key type: expected ${type}, got ${goType(key)}`;
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if (made.make === "rsa" && modulusLength !== made.bits) {
    return `invalid key size: expected ${made.bits / 8} bytes, got ${Math.ceil(modulusLength / 8)} bytes`;
  }
  if (made.make === "ec" && NODE_CURVES[namedCurve] !== made.curve) {
    return `invalid curve: expected ${made.curve}, got ${NODE_CURVES[namedCurve] ?? namedCurve}`;
  }
  return undefined;
};

const PROOF = Buffer.from("are these two halves of one key?");

/** Whether what the private half signs, the public one verifies. */
const belongTogether = (privateKey: KeyObject, publicKey: KeyObject): boolean => {
  const hash = privateKey.asymmetricKeyType === "ed25519" ? null : "sha256";
  try {
    return verify(hash, PROOF, publicKey, sign(hash, PROOF, privateKey));
  } catch {
    return false;
  }
};

const privateKeyIn = (der: Sensitive<Uint8Array>): KeyObject => {
  try {
    return privateKeyOf(der);
  } catch {
    // Node's own error is left behind: it may quote what it could not read.
    throw refused("error parsing asymmetric key: not an unencrypted PKCS #8 private key in DER");
  }
};

const publicKeyIn = (pem: string): KeyObject => {
  const [der] = pemBlocks(pem, ["PUBLIC KEY"]);
  if (!der) throw refused("error parsing public key: not in PEM format");
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch (cause) {
    throw refused("error parsing public key: not a public key of a known kind", cause);
  }
};

/** A pair as a version keeps it. Throws with texts like Vault's. */
export const pairMaterial = (
  type: KeyType,
  privateKey: KeyObject,
  hmac: Sensitive<Uint8Array>,
  created: number,
): Material => {
  const { made } = kindOf(type);
  const wrong = isPair(made) ? mismatch(type, made, privateKey) : `keys of type ${type} have no pair`;
  if (wrong !== undefined) throw refused(wrong);
  const publicKey = createPublicKey(privateKey);
  if (!belongTogether(privateKey, publicKey))
    throw refused("error parsing asymmetric key: its parts do not belong together");
  return {
    body: { created, publicKey: publicText(publicKey) },
    secrets: { [SECRETS.key]: privateBytes(privateKey), [SECRETS.hmac]: hmac },
  };
};

/** A public key without its private half, as a version keeps it. */
export const publicMaterial = (
  type: KeyType,
  key: KeyObject,
  hmac: Sensitive<Uint8Array>,
  created: number,
): Material => {
  const { made } = kindOf(type);
  const wrong = isPair(made) ? mismatch(type, made, key) : "provided type does not support public_key import";
  if (wrong !== undefined) throw refused(wrong);
  return { body: { created, publicKey: publicText(key) }, secrets: { [SECRETS.hmac]: hmac } };
};

/** The bytes of a symmetric type or of `hmac`, as a version keeps them. */
export const bytesMaterial = (
  type: KeyType,
  secret: Sensitive<Uint8Array>,
  hmac: Sensitive<Uint8Array>,
  created: number,
): Material => {
  const { made } = kindOf(type);
  const { length } = secret.reveal();
  const fits = made.make === "bytes" ? length === made.length : length >= HMAC_KEY.least && length <= HMAC_KEY.most;
  if (!fits) throw refused(`invalid key size ${length} bytes for key type ${type}`);
  const secrets = made.make === "hmac" ? { [SECRETS.hmac]: secret } : { [SECRETS.key]: secret, [SECRETS.hmac]: hmac };
  return { body: { created }, secrets };
};

/** A version of what was brought. Throws with texts like Vault's. */
export const broughtMaterial = (
  { type, derived }: { readonly type: KeyType; readonly derived: boolean },
  brought: Brought,
  { random, created }: MadeFrom,
): Material => {
  const hmac = hmacSecret(random);
  if (!isPair(kindOf(type).made)) {
    if ("pem" in brought) throw refused("provided type does not support public_key import");
    return bytesMaterial(type, brought.secret, hmac, created);
  }
  if ("secret" in brought) return pairMaterial(type, privateKeyIn(brought.secret), hmac, created);
  if (derived)
    throw refused("unable to import only public key for derived Ed25519 key: it is not a pair but an HKDF key");
  return publicMaterial(type, publicKeyIn(brought.pem), hmac, created);
};

/** Bytes of a key of type `hmac`; 0 for other types. */
export const keySizeOf = (type: KeyType, { secrets }: Material): number =>
  type === "hmac" ? (secrets[SECRETS.hmac]?.reveal().length ?? 0) : 0;
