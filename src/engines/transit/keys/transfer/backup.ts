import type { BackendContext } from "../../../../framework/index.ts";
import type { JsonObject } from "../../../../std/json.ts";
import { writeJson } from "../../../../std/json.ts";
import { cut } from "../../../../std/shown.ts";
import { rfc3339 } from "../../../../std/time.ts";
import type { KeyVersion, StoredKey } from "../../model.ts";
import { changeKey } from "../change.ts";
import { keyOf } from "../find.ts";
import { refused } from "../refused.ts";
import { COUNTER, HKDF, typeNumber } from "./backup-format.ts";
import { backedUp, EMPTY_VERSION } from "./backup-writing.ts";

/**
 * A whole key as a text that Vault and OpenBao restore, and this server.
 *
 * Security: in plaintext, so only of a key that is exportable and allows it besides. The key remembers when it was.
 */

const NANOSECONDS = 1_000_000_000;

const policyOf = (stored: StoredKey, keys: JsonObject): JsonObject => ({
  name: stored.name,
  ...(stored.keySize === 0 ? {} : { key_size: stored.keySize }),
  keys,
  derived: stored.derived,
  kdf: stored.derived && stored.kdf === undefined ? HKDF : COUNTER,
  convergent_encryption: stored.convergent,
  exportable: stored.exportable,
  min_decryption_version: stored.minDecryption,
  min_encryption_version: stored.minEncryption,
  latest_version: stored.latest,
  archive_version: stored.latest,
  archive_min_version: stored.minAvailable,
  min_available_version: stored.minAvailable,
  deletion_allowed: stored.deletionAllowed,
  convergent_version: stored.convergent ? -1 : 0,
  type: typeNumber(stored.type),
  backup_info: stored.backup ?? null,
  restore_info: stored.restore ?? null,
  allow_plaintext_backup: stored.allowPlaintextBackup,
  version_template: "",
  storage_prefix: "",
  auto_rotate_period: stored.autoRotatePeriod * NANOSECONDS,
  Imported: stored.imported,
  AllowImportedKeyRotation: stored.allowRotation,
  soft_deleted: false,
});

/** The archive holds every version by its distance from the oldest; the first place is empty where nothing was trimmed. */
const written = (stored: StoredKey, versions: ReadonlyMap<number, KeyVersion>): JsonObject => {
  const one = (number: number): JsonObject => {
    const version = versions.get(number);
    return version ? backedUp(stored.type, stored.convergent, version) : EMPTY_VERSION;
  };
  const { latest, minAvailable, minDecryption } = stored;
  const numbers = Array.from({ length: latest - minAvailable + 1 }, (_, index) => minAvailable + index);
  const usable = numbers.filter((number) => number >= minDecryption);
  const keys = Object.fromEntries(usable.map((number) => [String(number), one(number)]));
  return { policy: policyOf(stored, keys), archived_keys: { keys: numbers.map(one) } };
};

/** The backup of a key, base64. Throws with Vault's texts. */
export const backUpKey = async (name: string, cx: BackendContext): Promise<string> => {
  const stored = await changeKey(name, "transit.backup", cx, (before) => {
    if (!before) throw refused(`key "${cut(name)}" not found`);
    if (!before.exportable) throw refused("exporting is disallowed on the policy");
    if (!before.allowPlaintextBackup) throw refused("plaintext backup is disallowed on the policy");
    const after = { ...before, backup: { time: rfc3339(cx.clock.now()), version: before.latest } };
    return { op: "put", stored: after, result: after };
  });
  const versions = await keyOf(stored, cx).versions(Object.keys(stored.versions).map(Number));
  return Buffer.from(`${writeJson(written(stored, versions))}\n`).toString("base64");
};
