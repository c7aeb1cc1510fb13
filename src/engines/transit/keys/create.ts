import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { randomText } from "../../../std/random.ts";
import { untilWritten } from "../../../storage/change.ts";
import { type KeyType, keyAddress, type StoredKey, type TransitKey, versionAddress } from "../model.ts";
import { findKey, keyOf } from "./find.ts";
import { kindOf } from "./kinds.ts";
import { newVersion } from "./material.ts";

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

const refuse = (text: string): never => {
  throw invalidRequest(text, { multi: true });
};

/** Throws with Vault's texts for what a type cannot be. */
export const checkOptions = ({ type, derived, convergent, keySize }: KeyOptions): void => {
  const { derives, converges, made } = kindOf(type);
  if (!derives && (derived || convergent)) {
    refuse(`key derivation and convergent encryption not supported for keys of type ${type}`);
  }
  if (!converges && convergent) refuse(`convergent encryption not supported for keys of type ${type}`);
  if (convergent && !derived) refuse("convergent encryption requires derivation to be enabled");
  if (made.make === "hmac" && (keySize < HMAC_KEY.least || keySize > HMAC_KEY.most)) {
    refuse(`invalid key size for HMAC key, must be between ${HMAC_KEY.least} and ${HMAC_KEY.most} bytes`);
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

/** The key of a name, made if there is none; whose options another had in mind stay as they are. */
export const createKey = (
  name: string,
  options: KeyOptions,
  cx: BackendContext,
): Promise<{ readonly key: TransitKey; readonly created: boolean }> =>
  untilWritten(async () => {
    const { storage, clock, random } = cx;
    const found = await findKey(name, cx);
    if (found) return { key: found, created: false };
    checkOptions(options);
    const created = clock.now();
    const stored = newKey(name, newId(cx), options, created);
    const { body, secrets } = await newVersion(options.type, options.keySize, { random, created });
    await cx.crash("transit.create", () =>
      storage.write([
        { op: "put", address: keyAddress(storage, name), body: defined(stored), when: "absent" },
        { op: "put", address: versionAddress(storage, stored.id, 1), body: defined(body), secrets, when: "absent" },
      ]),
    );
    return { key: keyOf(stored, cx), created: true };
  });
