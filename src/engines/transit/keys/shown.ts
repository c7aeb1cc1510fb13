import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Given } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { rfc3339 } from "../../../std/time.ts";
import { type KeyVersion, type StoredKey, shownVersions, type TransitKey } from "../model.ts";
import { derivedEd25519, rawEd25519Public } from "./ed25519.ts";
import { kindOf } from "./kinds.ts";

/** A key as reads show it: never anything secret. */

const When = z.object({ time: z.string(), version: z.number() });

const PublicShown = z.object({
  name: z.string(),
  public_key: z.string(),
  creation_time: z.string(),
  certificate_chain: z.string(),
});

export const KeyShown = z.object({
  name: z.string(),
  type: z.string(),
  derived: z.boolean(),
  exportable: z.boolean(),
  allow_plaintext_backup: z.boolean(),
  deletion_allowed: z.boolean(),
  auto_rotate_period: z.number().describe("seconds"),
  latest_version: z.number(),
  min_available_version: z.number(),
  min_decryption_version: z.number(),
  min_encryption_version: z.number(),
  imported_key: z.boolean(),
  imported_key_allow_rotation: z.boolean().optional(),
  supports_encryption: z.boolean(),
  supports_decryption: z.boolean(),
  supports_signing: z.boolean(),
  supports_derivation: z.boolean(),
  key_size: z.number().optional(),
  kdf: z.string().optional(),
  kdf_mode: z.string().optional(),
  convergent_encryption: z.boolean().optional(),
  convergent_encryption_version: z.number().optional(),
  backup_info: When.optional(),
  restore_info: When.optional(),
  keys: z
    .union([z.record(z.string(), z.number()), z.record(z.string(), PublicShown)])
    .optional()
    .describe("by version, from min_decryption_version: when it was made (epoch seconds), or its public key"),
});
type KeyShown = Given<z.output<typeof KeyShown>>;

const SPKI_PEM = { type: "spki", format: "pem" } as const;

const publicKeyShown = ({ type }: StoredKey, key: KeyObject | undefined): string => {
  if (!key) return "";
  return type === "ed25519" ? rawEd25519Public(key).toString("base64") : key.export(SPKI_PEM).toString();
};

const publicKeys = async (
  key: TransitKey,
  publicOf: (version: KeyVersion) => string,
): Promise<Readonly<Record<string, Given<z.output<typeof PublicShown>>>>> => {
  const name = kindOf(key.stored.type).label ?? "";
  const versions = await key.versions(shownVersions(key.stored));
  return Object.fromEntries(
    [...versions.values()].map((version) => [
      String(version.number),
      {
        name,
        public_key: publicOf(version),
        creation_time: rfc3339(version.created),
        certificate_chain: version.certificates.join("\n"),
      },
    ]),
  );
};

const keysShown = (key: TransitKey, context: Uint8Array | undefined): KeyShown["keys"] | Promise<KeyShown["keys"]> => {
  const { stored } = key;
  const { made } = kindOf(stored.type);
  if (made.make === "hmac") return undefined;
  if (made.make === "bytes") {
    const numbers = shownVersions(stored).map(String);
    return Object.fromEntries(numbers.map((number) => [number, Math.floor((stored.versions[number] ?? 0) / 1000)]));
  }
  if (!stored.derived) return publicKeys(key, ({ publicKey }) => publicKeyShown(stored, publicKey));
  if (context === undefined) return publicKeys(key, () => "");
  return publicKeys(key, (version) => publicKeyShown(stored, createPublicKey(derivedEd25519(version, context))));
};

/** What reads, and the operations that change a key, answer. `context`: of a derived key whose public key is asked for. */
export const showKey = async (key: TransitKey, context?: Uint8Array): Promise<KeyShown> => {
  const { stored } = key;
  const { encrypts, signs, derives } = kindOf(stored.type);
  return defined({
    name: stored.name,
    type: stored.type,
    derived: stored.derived,
    exportable: stored.exportable,
    allow_plaintext_backup: stored.allowPlaintextBackup,
    deletion_allowed: stored.deletionAllowed,
    auto_rotate_period: stored.autoRotatePeriod,
    latest_version: stored.latest,
    min_available_version: stored.minAvailable,
    min_decryption_version: stored.minDecryption,
    min_encryption_version: stored.minEncryption,
    imported_key: stored.imported,
    imported_key_allow_rotation: stored.imported ? stored.allowRotation : undefined,
    supports_encryption: encrypts,
    supports_decryption: encrypts,
    supports_signing: signs,
    supports_derivation: derives,
    key_size: stored.keySize === 0 ? undefined : stored.keySize,
    kdf: stored.derived ? (stored.kdf ?? "hkdf_sha256") : undefined,
    kdf_mode: stored.kdf,
    convergent_encryption: stored.derived ? stored.convergent : undefined,
    convergent_encryption_version: stored.convergent ? -1 : undefined,
    backup_info: stored.backup,
    restore_info: stored.restore,
    keys: await keysShown(key, context),
  });
};
