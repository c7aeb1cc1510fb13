import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { privateKeyOf } from "../../../std/private-key.ts";
import { uuid } from "../../../std/random.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import { cut } from "../../../std/shown.ts";
import type { Entry, Put } from "../../../storage/store.ts";
import { encodedKey } from "../../../x509/issuing/index.ts";
import { keyAddress, type StoredKey } from "../model.ts";

/**
 * Private keys: which may be made, how they are made, and how they are kept.
 *
 * Security: a key is PKCS#8 bytes sealed apart from the entry's body, and a `KeyObject` in memory. Text is made of it
 * only by `key-formats.ts`, for the one answer that gives an exported key to its caller.
 */

export type KeyType = StoredKey["type"];

/** A private key and its kind. */
export interface Material {
  readonly type: KeyType;
  readonly key: KeyObject;
}

/** What shall be made, checked before any time goes into it. */
export type KeySpec =
  | { readonly type: "rsa"; readonly bits: number }
  | { readonly type: "ec"; readonly curve: string }
  | { readonly type: "ed25519" };

const RSA_USUAL = 2048;
/** Bits of the shortest RSA key that is made, imported or certified. */
export const LEAST_RSA_BITS = 2048;
/** Lengths that are made here. The reference makes 8192 bits too, which takes longer than a request may. */
const RSA_BITS: readonly number[] = [2048, 3072, 4096];
const TOO_LONG = 8192;

/** Bits of the curves that are made, imported or certified, by OpenSSL's names. */
export const CURVE_BITS: Readonly<Record<string, number>> = {
  secp224r1: 224,
  prime256v1: 256,
  secp384r1: 384,
  secp521r1: 521,
};
const CURVE_USUAL = 256;

const curveOf = (bits: number): string | undefined =>
  Object.keys(CURVE_BITS).find((name) => CURVE_BITS[name] === (bits === 0 ? CURVE_USUAL : bits));

const rsaSpec = (bits: number): KeySpec => {
  if (bits < LEAST_RSA_BITS) {
    throw invalidRequest(`RSA keys < ${LEAST_RSA_BITS} bits are unsafe and not supported: got ${bits}`);
  }
  if (bits === TOO_LONG) {
    throw invalidRequest(`an RSA key of ${bits} bits takes longer to make than a request may; import one instead`);
  }
  if (!RSA_BITS.includes(bits)) throw invalidRequest(`unsupported bit length for RSA key: ${bits}`);
  return { type: "rsa", bits };
};

/** The refusal to make a key of the type `any`: a role may leave the type open, a key must have one. */
export const TYPE_LEFT_OPEN = "unknown key type: any";

/** Throws with the reference's texts. 0 bits: the usual. */
export const keySpec = (type: string, bits: number): KeySpec => {
  if (type === "rsa") return rsaSpec(bits === 0 ? RSA_USUAL : bits);
  if (type === "ed25519") return { type: "ed25519" };
  if (type === "any") throw invalidRequest(TYPE_LEFT_OPEN);
  if (type !== "ec") throw invalidRequest(`unknown key type ${cut(type)}`);
  const curve = curveOf(bits);
  if (curve === undefined) throw invalidRequest(`unsupported bit length for EC key: ${bits}`);
  return { type: "ec", curve };
};

const make = promisify(generateKeyPair);

export const makeKey = async (spec: KeySpec): Promise<Material> => {
  if (spec.type === "rsa") return { type: "rsa", key: (await make("rsa", { modulusLength: spec.bits })).privateKey };
  if (spec.type === "ec") return { type: "ec", key: (await make("ec", { namedCurve: spec.curve })).privateKey };
  return { type: "ed25519", key: (await make("ed25519")).privateKey };
};

/** The public half of a private key. */
export const publicHalf = (key: KeyObject): KeyObject => (key.type === "private" ? createPublicKey(key) : key);

/** What finds a key by its public half, which a private key and a certificate have in common. */
export const publicKeyDigest = (key: KeyObject): string =>
  createHash("sha256")
    .update(encodedKey(publicHalf(key)))
    .digest("hex");

/** The name under which the key is sealed. */
const SECRET = "key";

export const keyWrite = ({ storage }: BackendContext, id: string, { type, key }: Material): Put => ({
  op: "put",
  address: keyAddress(storage, id),
  body: { id, type } satisfies StoredKey,
  secrets: { [SECRET]: new Sensitive(key.export({ type: "pkcs8", format: "der" })) },
  when: "absent",
});

export const newId = ({ random }: BackendContext): string => uuid(random);

/** The key of a stored entry. Throws for an entry without one, which nothing here writes. */
export const keyOfEntry = (entry: Entry): KeyObject => {
  const secret = entry.secrets?.[SECRET];
  if (!secret) throw new Error("the entry of a key holds no key");
  return privateKeyOf(secret);
};
