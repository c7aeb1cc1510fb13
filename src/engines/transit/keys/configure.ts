import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import type { StoredKey } from "../model.ts";
import { changeKey } from "./change.ts";

/** What of a key can be changed after it was made. */

const LEAST_PERIOD_SECONDS = 3600;

/** Seconds of `auto_rotate_period`. Throws with Vault's text. */
export const checkedPeriod = (period: number): number => {
  if (period !== 0 && period < LEAST_PERIOD_SECONDS) {
    throw invalidRequest("auto rotate period must be 0 to disable or at least an hour");
  }
  return period;
};

export const ConfigInput = z.object({
  min_decryption_version: field.integer("Oldest version that decrypts, verifies and is shown; 0 means 1."),
  min_encryption_version: field.integer("Oldest version that encrypts and signs; 0: the latest unless one is named."),
  deletion_allowed: field.flag("Whether the key may be deleted."),
  exportable: field.flag("Makes the key exportable. Cannot be taken back."),
  allow_plaintext_backup: field.flag("Makes plaintext backups possible. Cannot be taken back."),
  auto_rotate_period: field.duration(
    "How old the latest version gets before a new one is made; 0: rotated by hand only.",
  ),
});
type ConfigInput = z.output<typeof ConfigInput>;

const FROM_ONE = "since Vault 0.3, transit key numbering starts at 1; forcing minimum to 1";

/** The minimum that was asked for, or else the key's own. Throws with Vault's texts. */
const minimum = (kind: string, wanted: number | undefined, current: number, latest: number): number => {
  if (wanted === undefined) return current;
  if (wanted < 0) throw invalidRequest(`min ${kind} version cannot be negative`);
  if (wanted !== current && wanted > latest) {
    throw invalidRequest(`cannot set min ${kind} version of ${wanted}, latest key version is ${latest}`);
  }
  return wanted;
};

const minimums = (input: ConfigInput, before: StoredKey): Pick<StoredKey, "minDecryption" | "minEncryption"> => {
  const { min_decryption_version: decryption, min_encryption_version: encryption } = input;
  const { latest } = before;
  const minDecryption = minimum("decryption", decryption === 0 ? 1 : decryption, before.minDecryption, latest);
  const minEncryption = minimum("encryption", encryption, before.minEncryption, latest);
  if (minEncryption > 0 && minEncryption < minDecryption) {
    throw invalidRequest(
      `cannot set min encryption/decryption values; min encryption version of ${minEncryption} must be greater than or equal to min decryption version of ${minDecryption}`,
    );
  }
  return { minDecryption, minEncryption };
};

const configured = (input: ConfigInput, before: StoredKey): StoredKey => ({
  ...before,
  ...minimums(input, before),
  deletionAllowed: input.deletion_allowed ?? before.deletionAllowed,
  exportable: before.exportable || (input.exportable ?? false),
  allowPlaintextBackup: before.allowPlaintextBackup || (input.allow_plaintext_backup ?? false),
  autoRotatePeriod: checkedPeriod(input.auto_rotate_period ?? before.autoRotatePeriod),
});

const CHANGEABLE = [
  "minDecryption",
  "minEncryption",
  "deletionAllowed",
  "exportable",
  "allowPlaintextBackup",
  "autoRotatePeriod",
] as const satisfies readonly (keyof StoredKey)[];

/** Changes a key. Throws with Vault's texts; what is not named stays as it is. */
export const configureKey = async (
  name: string,
  input: ConfigInput,
  cx: BackendContext,
): Promise<{ readonly stored: StoredKey; readonly warnings: readonly string[] }> => {
  const stored = await changeKey(name, "transit.config", cx, (before) => {
    if (!before) throw invalidRequest(`no existing key named ${cut(name)} could be found`);
    const after = configured(input, before);
    if (CHANGEABLE.every((member) => after[member] === before[member])) return { op: "leave", result: before };
    if (after.minAvailable > after.minEncryption) {
      throw invalidRequest("min encryption version should not be less than min available version");
    }
    if (after.minAvailable > after.minDecryption) {
      throw invalidRequest("min decryption version should not be less then min available version");
    }
    return { op: "put", stored: after, result: after };
  });
  return { stored, warnings: input.min_decryption_version === 0 ? [FROM_ONE] : [] };
};
