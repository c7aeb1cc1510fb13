import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { VaultError } from "../../../framework/index.ts";
import type { KeyVersion } from "../model.ts";
import { deriveBytes } from "../use/crypto/derive.ts";

/**
 * Ed25519 as Go writes it: a private key is its seed and its public key, 64 bytes. A derived key has one pair for each
 * context: its seed is HKDF-SHA256 of those 64 bytes, without salt, with the context as info (RFC 5869).
 *
 * Security: these bytes never leave the module but as a `KeyObject`, or as an export that was asked for.
 */

const SEED_BYTES = 32;
const PUBLIC_BYTES = 32;
/** PKCS#8 of an Ed25519 key up to its seed. Source: RFC 8410, section 7. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
/** SPKI up to the public key. Source: RFC 8410, section 4. */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** A private key from its 32-byte seed. */
export const ed25519FromSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed.subarray(0, SEED_BYTES)]), format: "der", type: "pkcs8" });

/** A public key from its 32 bytes. */
export const ed25519Public = (bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: "der", type: "spki" });

/** The 32 bytes of a public key. */
export const rawEd25519Public = (key: KeyObject): Buffer =>
  key.export({ type: "spki", format: "der" }).subarray(-PUBLIC_BYTES);

/** Seed and public key, as Go keeps them. */
export const goEd25519 = (key: KeyObject): Buffer => {
  const seed = key.export({ type: "pkcs8", format: "der" }).subarray(PKCS8_HEAD.length, PKCS8_HEAD.length + SEED_BYTES);
  return Buffer.concat([seed, rawEd25519Public(createPublicKey(key))]);
};

/** The private key of a context, of a version of a derived key. */
export const derivedEd25519 = ({ privateKey }: KeyVersion, context: Uint8Array): KeyObject => {
  if (!privateKey) throw new VaultError("internal", { reason: "a derived key has no private key" });
  return ed25519FromSeed(deriveBytes(goEd25519(privateKey), context, SEED_BYTES));
};
