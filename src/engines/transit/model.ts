import type { KeyObject } from "node:crypto";
import { z } from "zod";
import type { Sensitive } from "../../std/sensitive.ts";
import type { Address, View } from "../../storage/store.ts";

/**
 * What a key of the engine `transit` is, as it is kept and as operations use it.
 *
 * A key is one small entry (`StoredKey`) and one entry for each version (`StoredVersion`) that never changes except for
 * its certificates. A process may keep a version in memory for as long as it likes: it is found by the key's random id,
 * so that a key made again under an old name shares nothing with the one before. A request to use a key reads the small
 * entry together with its token, and a version it has not seen before.
 */

export const KEY_TYPES = [
  "aes128-gcm96",
  "aes256-gcm96",
  "chacha20-poly1305",
  "xchacha20-poly1305",
  "ed25519",
  "ecdsa-p256",
  "ecdsa-p384",
  "ecdsa-p521",
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "hmac",
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

const count = z.int().nonnegative();

/** `key/<name>`: everything about a key but its versions. Written only over what was read. */
export const StoredKey = z.object({
  /** Random; names the entries of the versions. */
  id: z.string(),
  name: z.string(),
  type: z.enum(KEY_TYPES),
  derived: z.boolean(),
  /** How a derived key derives, if not by HKDF with SHA-256: as Vault does from imported keys. */
  kdf: z.literal("hmac-sha256-counter").optional(),
  convergent: z.boolean(),
  exportable: z.boolean(),
  allowPlaintextBackup: z.boolean(),
  deletionAllowed: z.boolean(),
  imported: z.boolean(),
  /** Of an imported key: whether it may be rotated here. */
  allowRotation: z.boolean(),
  /** Seconds; 0: by hand only. */
  autoRotatePeriod: count,
  /** Bytes, of type `hmac`; 0 otherwise. */
  keySize: count,
  latest: z.int().positive(),
  minDecryption: count,
  minEncryption: count,
  minAvailable: count,
  /** Epoch milliseconds when each version was made, by its number; without the trimmed ones. */
  versions: z.record(z.string(), z.int()),
  /**
   * How often the entry of a version was written over (certificates, the private half of an imported public key), by
   * its number; absent: never. What a process keeps in memory it keeps by number and revision.
   */
  revisions: z.record(z.string(), z.int().positive()).optional(),
  /** RFC 3339 times and versions, of a key that was backed up or restored. */
  backup: z.object({ time: z.string(), version: z.int() }).optional(),
  restore: z.object({ time: z.string(), version: z.int() }).optional(),
});
export type StoredKey = z.output<typeof StoredKey>;

/** Numbers of the versions that reads and exports show: those that may still decrypt. */
export const shownVersions = ({ versions, minDecryption }: StoredKey): readonly number[] =>
  Object.keys(versions)
    .map(Number)
    .filter((number) => number >= minDecryption);

/** `version/<id>/<number>`: one version. Its secrets (`SECRETS`) are bytes apart from this body. */
export const StoredVersion = z.object({
  /** Epoch milliseconds. */
  created: z.int(),
  /** Of asymmetric keys: SPKI, base64. */
  publicKey: z.string().optional(),
  /** PEM, the key's own first. */
  certificates: z.array(z.string()).optional(),
});
export type StoredVersion = z.output<typeof StoredVersion>;

/**
 * Names of a version's sealed bytes. `key`: the raw key of a symmetric type, PKCS#8 of an asymmetric one; absent where
 * only a public key was imported. `hmac`: 32 bytes (those of type `hmac`: the key itself).
 */
export const SECRETS = { key: "key", hmac: "hmac" } as const;

/** A version as operations use it. */
export interface KeyVersion {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly created: number;
  /** Of symmetric types. */
  readonly secret?: Sensitive<Uint8Array>;
  /** Of asymmetric types; absent where only a public key was imported. */
  readonly privateKey?: KeyObject;
  readonly publicKey?: KeyObject;
  readonly hmac: Sensitive<Uint8Array>;
  readonly certificates: readonly string[];
}

/** A key that was found. */
export interface TransitKey {
  readonly stored: StoredKey;
  /** Reads a version, from memory where this process knows it. `undefined`: trimmed, or never made. */
  version(number: number): Promise<KeyVersion | undefined>;
  /** Several, in one call for those it does not know. */
  versions(numbers: readonly number[]): Promise<ReadonlyMap<number, KeyVersion>>;
}

export const keyAddress = (view: View, name: string): Address => view.at(`key/${name}`);
export const versionAddress = (view: View, id: string, number: number): Address => view.at(`version/${id}/${number}`);
