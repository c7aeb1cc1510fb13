import type { BackendContext } from "../../../framework/index.ts";
import { randomText } from "../../../std/random.ts";
import type { KeyType, StoredKey, TransitKey } from "../model.ts";
import { changeKey, versionWrite } from "./change.ts";
import { keyOf } from "./find.ts";
import { kindOf } from "./kinds.ts";
import { newVersion } from "./material.ts";
import { refused } from "./refused.ts";

/**
 * Making a key: its entry and its first version in one transaction, only where the name is free. Of several that make a
 * key of one name at the same time one succeeds, and the others are given what it made.
 */

/** What a new key is like. */
export interface KeyOptions {
  readonly type: KeyType;
  readonly derived: boolean;
  readonly convergent: boolean;
  readonly exportable: boolean;
  readonly allowPlaintextBackup: boolean;
  /** Seconds; 0: by hand only. */
  readonly autoRotatePeriod: number;
  /** Bytes, of type `hmac`; 0 otherwise. */
  readonly keySize: number;
}

const ID_LENGTH = 22;

export const HMAC_KEY = { least: 32, most: 512 };

/** Throws with Vault's texts for what a type cannot be. */
export const checkOptions = ({ type, derived, convergent, keySize }: KeyOptions): void => {
  const { derives, converges, made } = kindOf(type);
  if (!derives && (derived || convergent)) {
    throw refused(`key derivation and convergent encryption not supported for keys of type ${type}`);
  }
  if (!converges && convergent) throw refused(`convergent encryption not supported for keys of type ${type}`);
  if (convergent && !derived) throw refused("convergent encryption requires derivation to be enabled");
  if (made.make === "hmac" && (keySize < HMAC_KEY.least || keySize > HMAC_KEY.most)) {
    throw refused(`invalid key size for HMAC key, must be between ${HMAC_KEY.least} and ${HMAC_KEY.most} bytes`);
  }
};

/** The random name under which a key's versions lie. */
export const newId = ({ random }: BackendContext): string => randomText(random, ID_LENGTH);

const newKey = (name: string, id: string, options: KeyOptions, created: number): StoredKey => ({
  ...options,
  id,
  name,
  deletionAllowed: false,
  imported: false,
  allowRotation: false,
  latest: 1,
  minDecryption: 1,
  minEncryption: 0,
  minAvailable: 0,
  versions: { 1: created },
});

/** The key of a name, made if it does not exist. An existing key stays as it is, whatever the options say. */
export const createKey = async (
  name: string,
  options: KeyOptions,
  cx: BackendContext,
): Promise<{ readonly key: TransitKey; readonly created: boolean }> => {
  const { storage, clock, random } = cx;
  const { stored, created } = await changeKey<{ readonly stored: StoredKey; readonly created: boolean }>(
    name,
    "transit.create",
    cx,
    async (before) => {
      if (before) return { op: "leave", result: { stored: before, created: false } };
      checkOptions(options);
      const now = clock.now();
      const made = newKey(name, newId(cx), options, now);
      const material = await newVersion(options.type, options.keySize, { random, created: now });
      const also = [versionWrite(storage, made.id, 1, material)];
      return { op: "put", stored: made, also, result: { stored: made, created: true } };
    },
  );
  return { key: keyOf(stored, cx), created };
};
