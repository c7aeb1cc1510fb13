import { z } from "zod";
import { type BackendContext, GENERIC_NAME, invalidRequest, VaultError } from "../../../../framework/index.ts";
import { base64Bytes, base64Fault } from "../../../../std/go-base64.ts";
import { readJson } from "../../../../std/json.ts";
import { cut } from "../../../../std/shown.ts";
import { rfc3339 } from "../../../../std/time.ts";
import type { KeyType, StoredKey } from "../../model.ts";
import { changeKey, versionWrite } from "../change.ts";
import { checkOptions, newId } from "../create.ts";
import { clearLeftover, forget, type Leftover, noteLeftover, notePending } from "../leftovers.ts";
import type { Material } from "../material.ts";
import { refused } from "../refused.ts";
import { versionsOf } from "../remove.ts";
import {
  BackedUpVersion,
  CONVERGENT_VERSION,
  COUNTER,
  HKDF,
  isFilled,
  materialOf,
  typeOfNumber,
} from "./backup-format.ts";
import { keySizeOf } from "./brought.ts";

/**
 * A key out of a backup, made here or by Vault or OpenBao. The versions are written first, under a new id and noted as
 * pending; the key that names them appears with the last write, whole, or not at all. A key that it replaces is removed
 * afterwards, as by a delete.
 */

/** Versions in one write: RSA keys are some kilobytes each. */
const AT_ONCE = 50;
const MOST_VERSIONS = 20_000;
const NANOSECONDS = 1_000_000_000;

const Info = z.object({ time: z.string(), version: z.int() }).nullish();

const Backup = z.object({
  policy: z.object({
    name: z.string(),
    key_size: z.int().nonnegative().optional(),
    keys: z.record(z.string(), BackedUpVersion),
    derived: z.boolean(),
    kdf: z.int(),
    convergent_encryption: z.boolean(),
    convergent_version: z.int().optional(),
    exportable: z.boolean(),
    allow_plaintext_backup: z.boolean().optional(),
    deletion_allowed: z.boolean(),
    min_decryption_version: z.int().nonnegative(),
    min_encryption_version: z.int().nonnegative(),
    min_available_version: z.int().nonnegative().optional(),
    latest_version: z.int().positive().max(MOST_VERSIONS),
    type: z.int(),
    auto_rotate_period: z.number().nonnegative().optional(),
    backup_info: Info,
    version_template: z.string().optional(),
    Imported: z.boolean().optional(),
    AllowImportedKeyRotation: z.boolean().optional(),
    soft_deleted: z.boolean().optional(),
  }),
  archived_keys: z.object({ keys: z.array(BackedUpVersion).nullish() }).nullish(),
});
type Backup = z.output<typeof Backup>;
type Policy = Backup["policy"];

const parsed = (text: string): Backup => {
  const bytes = base64Bytes(text);
  if (!bytes) throw refused(base64Fault(text));
  const read = Backup.safeParse(readBounded(bytes.toString("utf8")));
  if (!read.success) throw refused("the backup is not one of a transit key");
  return read.data;
};

/** Deepest nesting of objects and lists in a backup, and some more. */
const DEEPEST = 16;

const readBounded = (json: string) => {
  let depth = 0;
  for (const sign of json) {
    if (sign === "{" || sign === "[") depth += 1;
    if (sign === "}" || sign === "]") depth -= 1;
    if (depth > DEEPEST) return undefined;
  }
  return readJson(json);
};

/** What a backup may say that no key here can do. */
const unsupported = (type: KeyType, policy: Policy): string | undefined => {
  const { derived, kdf, version_template = "", soft_deleted } = policy;
  if (derived && kdf !== HKDF && (kdf !== COUNTER || type === "ed25519" || policy.convergent_encryption)) {
    return "this way of deriving keys is not supported for keys of this kind";
  }
  if (version_template !== "") return "a version template is not supported";
  if (soft_deleted) return "the key was soft-deleted before it was backed up";
  const { convergent_encryption: converges, min_available_version: available = 0, min_decryption_version } = policy;
  if (converges && Object.values(policy.keys).some((one) => one.convergent_version !== CONVERGENT_VERSION)) {
    return "convergent encryption of an old version is not supported";
  }
  const { min_encryption_version: encryption, latest_version: latest } = policy;
  const inOrder = available <= min_decryption_version && min_decryption_version <= latest && encryption <= latest;
  return inOrder ? undefined : "the versions of the key contradict each other";
};

/** Every version there is, from the key itself and from its archive. */
const versionsIn = ({ policy, archived_keys }: Backup): ReadonlyMap<number, BackedUpVersion> => {
  const { min_available_version: first = 0, latest_version: latest } = policy;
  const archived = (archived_keys?.keys ?? []).map((version, index) => [first + index, version] as const);
  const current = Object.entries(policy.keys).map(([number, version]) => [Number(number), version] as const);
  return new Map(
    [...archived, ...current].filter(([number, version]) => number >= 1 && number <= latest && isFilled(version)),
  );
};

interface Read {
  readonly stored: StoredKey;
  readonly versions: ReadonlyMap<number, Material>;
}

const read = (backup: Backup, name: string, cx: BackendContext): Read => {
  const { policy } = backup;
  const type = typeOfNumber(policy.type, (policy.key_size ?? 0) > 0);
  if (!type) throw refused(`unsupported key type ${policy.type}`);
  const refusal = unsupported(type, policy);
  if (refusal !== undefined) throw refused(refusal);
  const found = [...versionsIn(backup)].sort(([a], [b]) => a - b);
  const versions = new Map(found.map(([number, version]) => [number, materialOf(type, version)]));
  const { latest_version: latest, min_decryption_version: least, min_available_version: available = 0 } = policy;
  for (let number = Math.max(1, available); number <= latest; number += 1) {
    if (!versions.has(number)) throw refused(`the backup lacks version ${number}`);
  }
  const newest = versions.get(latest);
  const created = [...versions].map(([number, { body }]) => [String(number), body.created]);
  const stored: StoredKey = {
    id: newId(cx),
    name,
    type,
    derived: policy.derived,
    kdf: policy.derived && policy.kdf === COUNTER ? "hmac-sha256-counter" : undefined,
    convergent: policy.convergent_encryption,
    exportable: policy.exportable,
    allowPlaintextBackup: policy.allow_plaintext_backup ?? false,
    deletionAllowed: policy.deletion_allowed,
    imported: policy.Imported ?? false,
    allowRotation: policy.AllowImportedKeyRotation ?? false,
    autoRotatePeriod: Math.floor((policy.auto_rotate_period ?? 0) / NANOSECONDS),
    keySize: newest ? keySizeOf(type, newest) : 0,
    latest,
    minDecryption: Math.max(1, least),
    minEncryption: policy.min_encryption_version,
    minAvailable: available,
    versions: Object.fromEntries(created),
    backup: policy.backup_info ?? undefined,
    restore: { time: rfc3339(cx.clock.now()), version: latest },
  };
  checkOptions(stored);
  return { stored, versions };
};

const writeVersions = async ({ stored, versions }: Read, cx: BackendContext): Promise<Leftover> => {
  const { storage, clock } = cx;
  const pending = versionsOf(stored);
  await cx.crash("transit.restore.note", () => storage.write([notePending(storage, pending, clock.now())]));
  const writes = [...versions].map(([number, material]) => versionWrite(storage, stored.id, number, material));
  for (let at = 0; at < writes.length; at += AT_ONCE) {
    await cx.crash("transit.restore.versions", () => storage.write(writes.slice(at, at + AT_ONCE)));
  }
  return pending;
};

/** Restores a key; answers what it replaced. */
const appear = (name: string, stored: StoredKey, pending: Leftover, force: boolean, cx: BackendContext) =>
  changeKey<Leftover | undefined>(name, "transit.restore", cx, (before) => {
    if (before && !force) throw refused(`key "${cut(name)}" already exists`);
    const replaced = before && versionsOf(before);
    const also = [forget(cx.storage, pending), ...(replaced ? [noteLeftover(cx.storage, replaced)] : [])];
    return { op: "put", stored, also, result: replaced };
  });

export interface RestoreWish {
  /** In place of the name in the backup. */
  readonly name?: string | undefined;
  readonly backup?: string | undefined;
  readonly force?: boolean | undefined;
}

/** Restores a key. Throws with Vault's texts where a key of that name exists, or the backup cannot be used. */
export const restoreKey = async (
  { name, backup = "", force = false }: RestoreWish,
  cx: BackendContext,
): Promise<void> => {
  if (backup === "") throw invalidRequest("'backup' must be supplied");
  const whole = parsed(backup);
  const named = name ?? whole.policy.name;
  if (!GENERIC_NAME.test(named)) throw refused("key names cannot be paths");
  const made = read(whole, named, cx);
  const pending = await writeVersions(made, cx);
  let replaced: Leftover | undefined;
  try {
    replaced = await appear(named, made.stored, pending, force, cx);
  } catch (cause) {
    if (cause instanceof VaultError) await clearLeftover(pending, cx);
    throw cause;
  }
  if (replaced) await clearLeftover(replaced, cx);
};
