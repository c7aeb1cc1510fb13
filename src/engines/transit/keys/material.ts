import { createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { RandomSource } from "../../../std/random.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import type { Secrets } from "../../../storage/store.ts";
import { type KeyType, SECRETS, type StoredVersion } from "../model.ts";
import { kindOf } from "./kinds.ts";

/**
 * What a version is made of, on its way into storage: new keys, and keys that were brought along.
 *
 * Security: secrets are bytes in `Sensitive` from the moment they exist, and sealed apart from the entry's body.
 */

/** One version without its number. */
export interface Material {
  readonly body: StoredVersion;
  readonly secrets: Secrets;
}

const HMAC_BYTES = 32;

const make = promisify(generateKeyPair);

export const publicText = (key: KeyObject): string => key.export({ type: "spki", format: "der" }).toString("base64");

/** The public key that `publicText` wrote. */
export const publicKeyOf = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });

export const privateBytes = (key: KeyObject): Sensitive<Uint8Array> =>
  new Sensitive(key.export({ type: "pkcs8", format: "der" }));

/** The secret with which a version makes HMACs, whatever its type. */
export const hmacSecret = (random: RandomSource): Sensitive<Uint8Array> => new Sensitive(random.bytes(HMAC_BYTES));

const pairOf = async (
  made:
    | { readonly make: "rsa"; readonly bits: number }
    | { readonly make: "ec"; readonly curve: string }
    | { readonly make: "ed25519" },
) => {
  if (made.make === "rsa") return make("rsa", { modulusLength: made.bits });
  if (made.make === "ec") return make("ec", { namedCurve: made.curve });
  return make("ed25519");
};

/** A new version of a type, made now. `keySize`: bytes, of type `hmac`. RSA keys take up to seconds, not blocking. */
export const newVersion = async (
  type: KeyType,
  keySize: number,
  at: { readonly random: RandomSource; readonly created: number },
): Promise<Material> => {
  const { made } = kindOf(type);
  const { random, created } = at;
  if (made.make === "hmac")
    return { body: { created }, secrets: { [SECRETS.hmac]: new Sensitive(random.bytes(keySize)) } };
  const hmac = hmacSecret(random);
  if (made.make === "bytes") {
    const key = new Sensitive(random.bytes(made.length));
    return { body: { created }, secrets: { [SECRETS.key]: key, [SECRETS.hmac]: hmac } };
  }
  const { privateKey, publicKey } = await pairOf(made);
  const secrets = { [SECRETS.key]: privateBytes(privateKey), [SECRETS.hmac]: hmac };
  return { body: { created, publicKey: publicText(publicKey) }, secrets };
};
