import { isJsonObject, type JsonObject } from "../../std/json.ts";
import type { RandomSource } from "../../std/random.ts";
import { rfc3339 } from "../../std/time.ts";
import { ConditionFailed, type Store, type Write } from "../../storage/store.ts";
import type { Core, Snapshot } from "../services.ts";
import { publicPem, type SigningKey, signingKey } from "./checkpoint.ts";

/**
 * The key of the checkpoints and the salt of the built-in device. Both are made with the table and lie in its
 * configuration; the private key is sealed once more under a data key of its own, so that reading the configuration does
 * not yet mean signing.
 */

const NAME = "audit";
const DOMAIN = "audit";
const PURPOSE = "audit checkpoint key";

export interface PublicKey {
  readonly id: string;
  readonly pem: string;
  readonly created: string;
}

const settingOf = (snapshot: Snapshot): JsonObject | undefined => snapshot.settings.get(`setting/${NAME}`);

const textOf = (setting: JsonObject | undefined, name: string): string => {
  const value = setting?.[name];
  return typeof value === "string" ? value : "";
};

type Parts = Pick<Core, "store" | "random" | "clock" | "config">;

/** The write that makes them, for the transaction that makes the table's first rows. */
export const newAuditSecrets = async (core: Parts): Promise<Write> => {
  const { store, random, clock, config } = core;
  const seed = random.bytes(32);
  const key = signingKey(seed);
  const value = {
    salt: Buffer.from(random.bytes(32)).toString("base64"),
    id: key.id,
    public: publicPem(key.privateKey),
    created: rfc3339(clock.now()),
    sealed: await store.sealText(DOMAIN, PURPOSE, { seed: Buffer.from(seed).toString("base64") }),
  };
  const address = await config.address("setting", NAME);
  return { op: "put", address, body: { kind: "setting", name: NAME, value }, when: "absent" };
};

/** For tables made before there was a key. Only a function that may write the configuration can. */
export const ensureAuditSecrets = async (core: Parts): Promise<Snapshot> => {
  const snapshot = await core.config.snapshot();
  if (settingOf(snapshot)) return snapshot;
  try {
    return await core.config.change([await newAuditSecrets(core)]);
  } catch (cause) {
    // Somebody else was first; the next request reads what they made.
    if (!(cause instanceof ConditionFailed)) throw cause;
    core.config.drop();
    return core.config.snapshot();
  }
};

export const publicKeyOf = (snapshot: Snapshot): PublicKey | undefined => {
  const setting = settingOf(snapshot);
  return setting && { id: textOf(setting, "id"), pem: textOf(setting, "public"), created: textOf(setting, "created") };
};

/** HMAC key of the built-in device; a passing one until the table is initialized. */
export const saltSource = (random: RandomSource): ((snapshot: Snapshot) => string) => {
  const passing = Buffer.from(random.bytes(32)).toString("base64");
  return (snapshot) => textOf(settingOf(snapshot), "salt") || passing;
};

/** Opens the key once and keeps it; `undefined` until the table has one. */
export const signerSource = (store: () => Store): ((snapshot: Snapshot) => Promise<SigningKey | undefined>) => {
  let kept: SigningKey | undefined;
  return async (snapshot) => {
    const setting = settingOf(snapshot);
    if (!setting) return undefined;
    if (kept?.id === textOf(setting, "id")) return kept;
    const opened = await store().openText(DOMAIN, PURPOSE, textOf(setting, "sealed"));
    const seed = isJsonObject(opened) ? opened["seed"] : undefined;
    if (typeof seed !== "string") throw new Error("the key of the audit checkpoints does not open");
    kept = signingKey(Buffer.from(seed, "base64"));
    return kept;
  };
};
