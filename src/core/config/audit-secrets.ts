import { auditSetting, newAuditSecrets } from "../../audit/signing-key.ts";
import { ConditionFailed, type Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { SETTINGS } from "./settings.ts";
import type { Snapshot } from "./types.ts";

/** The audit log's key and salt, written into the configuration with the table's first rows. */

type Parts = Pick<Core, "store" | "random" | "clock" | "config">;

/** The write that makes them, for the transaction that makes the table's first rows. */
export const auditSecretsWrite = async (core: Parts): Promise<Write> => {
  return core.config.row("setting", SETTINGS.audit.name, await newAuditSecrets(core), "absent");
};

/** For tables made before there was a key. Only a function that may write the configuration can. */
export const ensureAuditSecrets = async (core: Parts): Promise<Snapshot> => {
  const snapshot = await core.config.snapshot();
  if (auditSetting(snapshot)) return snapshot;
  try {
    return await core.config.change([await auditSecretsWrite(core)]);
  } catch (cause) {
    // Somebody else was first; the next request reads what they made.
    if (!(cause instanceof ConditionFailed)) throw cause;
    core.config.drop();
    return core.config.snapshot();
  }
};
