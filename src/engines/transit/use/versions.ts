import type { KeyVersion, StoredKey, TransitKey } from "../model.ts";
import { UseFault } from "./fault.ts";

/** Which version of a key an operation uses, and whether it may. All throw `UseFault` with the reference's texts. */

/** The version to encrypt or sign with, of what was asked for; 0: the latest. */
export const usableVersion = (
  { latest, minEncryption }: StoredKey,
  asked: number,
  what: "encryption" | "signing",
): number => {
  if (asked === 0) return latest;
  if (asked < 0) throw new UseFault(`requested version for ${what} is negative`);
  if (asked > latest) throw new UseFault(`requested version for ${what} is higher than the latest key version`);
  if (asked < minEncryption) {
    throw new UseFault(`requested version for ${what} is less than the minimum encryption key version`);
  }
  return asked;
};

/** The version to make an HMAC with; 0: the latest. */
export const hmacVersion = ({ latest, minEncryption }: StoredKey, asked: number): number => {
  if (asked === 0 || asked === latest) return latest;
  if (minEncryption > 0 && asked < minEncryption) {
    throw new UseFault("cannot generate HMAC: version is too old (disallowed by policy)");
  }
  if (asked < 0) throw new UseFault("key version does not exist (cannot be negative)");
  if (asked > latest) throw new UseFault(`key version does not exist; latest key version is ${latest}`);
  return asked;
};

/** Checks a version that a ciphertext, a signature or an HMAC names. `name`: what it is; `tooOld`: the text for that. */
export const checkNamedVersion = (
  { latest, minDecryption }: StoredKey,
  named: number,
  name: string,
  tooOld = "ciphertext or signature version is disallowed by policy (too old)",
): void => {
  if (named > latest) throw new UseFault(`invalid ${name}: version is too new`);
  if (named < Math.max(1, minDecryption)) throw new UseFault(tooOld);
};

/** The versions of a key that the items of one request use, read in one call. */
export class Versions {
  readonly #found: ReadonlyMap<number, KeyVersion>;
  private constructor(found: ReadonlyMap<number, KeyVersion>) {
    this.#found = found;
  }

  /** Versions below the minimum count as missing, whoever asks for them. */
  static async of(key: TransitKey, numbers: Iterable<number>): Promise<Versions> {
    const { latest, minDecryption } = key.stored;
    const usable = [...new Set(numbers)].filter((number) => number >= Math.max(1, minDecryption) && number <= latest);
    return new Versions(await key.versions(usable));
  }

  get(number: number): KeyVersion {
    const version = this.#found.get(number);
    if (!version) throw new UseFault("no such key version");
    return version;
  }
}
