import { isJsonObject, type JsonObject } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import { rfc3339 } from "../std/time.ts";
import { DOMAINS } from "../storage/keys.ts";
import type { Store } from "../storage/store.ts";
import { publicPem, type SigningKey, signingKey } from "./checkpoint.ts";
import type { AuditConfiguration, AuditSurroundings } from "./types.ts";

/**
 * The key of the checkpoints and the salt of the built-in device. Both are made with the table and stored in its
 * configuration; the private key is sealed once more under a data key of its own, so that reading the configuration
 * does not yet mean signing.
 */

/** Name of the setting. */
export const AUDIT_SETTING = "audit";
const DOMAIN = DOMAINS.audit;
const PURPOSE = "audit checkpoint key";

export interface PublicKey {
  readonly id: string;
  readonly pem: string;
  readonly created: string;
}

export const auditSetting = (snapshot: AuditConfiguration): JsonObject | undefined =>
  snapshot.settings.get(`setting/${AUDIT_SETTING}`);

const textOf = (setting: JsonObject | undefined, name: string): string => {
  const value = setting?.[name];
  return typeof value === "string" ? value : "";
};

/** The sealed private key and its public half, as the setting keeps them, and the built-in device's salt. */
export type AuditSecrets = Awaited<ReturnType<typeof newAuditSecrets>>;

export const newAuditSecrets = async ({
  store,
  random,
  clock,
}: Pick<AuditSurroundings, "store" | "random" | "clock">) => {
  const seed = random.bytes(32);
  const key = signingKey(seed);
  return {
    salt: Buffer.from(random.bytes(32)).toString("base64"),
    id: key.id,
    public: publicPem(key.privateKey),
    created: rfc3339(clock.now()),
    sealed: await store.sealText(DOMAIN, PURPOSE, { seed: Buffer.from(seed).toString("base64") }),
  };
};

export const publicKeyOf = (snapshot: AuditConfiguration): PublicKey | undefined => {
  const setting = auditSetting(snapshot);
  return setting && { id: textOf(setting, "id"), pem: textOf(setting, "public"), created: textOf(setting, "created") };
};

/** HMAC key of the built-in device; a passing one until the table is initialized. */
export const saltSource = (random: RandomSource): ((snapshot: AuditConfiguration) => string) => {
  const passing = Buffer.from(random.bytes(32)).toString("base64");
  return (snapshot) => textOf(auditSetting(snapshot), "salt") || passing;
};

/** Opens the key once and keeps it; `undefined` until the table has one. */
export const signerSource = (
  store: () => Store,
): ((snapshot: AuditConfiguration) => Promise<SigningKey | undefined>) => {
  let kept: SigningKey | undefined;
  return async (snapshot) => {
    const setting = auditSetting(snapshot);
    if (!setting) return undefined;
    if (kept?.id === textOf(setting, "id")) return kept;
    const opened = await store().openText(DOMAIN, PURPOSE, textOf(setting, "sealed"));
    const seed = isJsonObject(opened) ? opened["seed"] : undefined;
    if (typeof seed !== "string") throw new Error("the key of the audit checkpoints does not open");
    kept = signingKey(Buffer.from(seed, "base64"));
    return kept;
  };
};
