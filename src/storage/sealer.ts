import { type DataKey, type Keyring, keyVersionOf } from "../crypto/index.ts";
import type { RandomSource } from "../std/random.ts";
import { isRefusal, translateCrypto } from "./errors.ts";
import {
  bytesOf,
  type Head,
  headOf,
  keysOfParts,
  newWriteNumber,
  openEntry,
  type SealedEntry,
  sealEntry,
} from "./item.ts";
import { type Item, keyText } from "./operation.ts";
import type { Address, Domain, Entry, Put } from "./store.ts";
import type { Table } from "./table.ts";

/** Entries to items and back: fetches the keys and the further parts that sealing and opening need. */

export interface Sealer {
  /** Seals under a fresh write number. */
  seal(write: Pick<Put, "address" | "body" | "secrets" | "clear">): Promise<SealedEntry>;
  /** Begins to load the keys of what is about to be read; empty where all are at hand, as they are once warm. */
  begin(domains: Iterable<Domain>): BegunKeys;
  /**
   * Opens items read from the table, in order; fetches further parts. `undefined` where a part is gone. `begun`: keys
   * that were begun to be loaded while the items were read.
   */
  open(found: readonly Found[], begun?: BegunKeys): Promise<readonly (Entry | undefined)[]>;
  /** Opens an item without looking for further parts; `undefined` when it has some. */
  openAlone(found: Found): Promise<Entry | undefined>;
}

type KeyOf = Keyring["version"];

/** Asks once for the key that several entries share: for each alone its age would be looked at again. */
const askingOnce = (ask: KeyOf): KeyOf => {
  const known = new Map<string, Promise<DataKey>>();
  return (domain, version) => {
    const name = `${version} ${domain}`;
    const key = known.get(name) ?? ask(domain, version);
    known.set(name, key);
    return key;
  };
};

/** By domain; see `Keyring.begin`. */
export type BegunKeys = ReadonlyMap<string, () => Promise<void>>;

export interface Found {
  readonly address: Address;
  readonly item: Item;
}

export const createSealer = (options: {
  readonly table: Table;
  readonly tableIdentity: string;
  readonly keyring: Keyring;
  readonly random: RandomSource;
  readonly onRefused: (reason: string) => void;
}): Sealer => {
  const { table, tableIdentity, keyring, random, onRefused } = options;

  const refuse = (error: unknown, address: Address): unknown => {
    const translated = translateCrypto(error, `${address.pk} ${address.sk}`);
    if (isRefusal(error) && error instanceof Error) onRefused(error.message);
    return translated;
  };

  const withHead = ({ address, item }: Found): Found & { readonly head: Head } => {
    try {
      return { address, item, head: headOf(item) };
    } catch (error) {
      throw refuse(error, address);
    }
  };

  const openOne = async (
    { address, item, head }: Found & { readonly head: Head },
    further: readonly (Item | undefined)[],
    keyOf: KeyOf,
    begun?: BegunKeys,
  ): Promise<Entry | undefined> => {
    try {
      // What failed while the item was read is not tried again for it.
      await begun?.get(address.domain)?.();
      const pieces: Uint8Array[] = [bytesOf(item)];
      for (const piece of further) {
        if (piece === undefined) return undefined;
        pieces.push(bytesOf(piece));
      }
      const [only] = pieces;
      const sealed = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
      const key = await keyOf(address.domain, keyVersionOf(sealed));
      return openEntry({ table: tableIdentity, key, address, head, sealed });
    } catch (error) {
      throw refuse(error, address);
    }
  };

  return {
    seal: async ({ address, body, secrets, clear = {} }) => {
      try {
        const key = await keyring.current(address.domain);
        return sealEntry({
          table: tableIdentity,
          key,
          random,
          address,
          body,
          secrets,
          clear,
          n: newWriteNumber(random),
        });
      } catch (error) {
        throw refuse(error, address);
      }
    },

    begin: (domains) => {
      const begun = new Map<string, () => Promise<void>>();
      for (const domain of domains) {
        const beginning = begun.has(domain) ? undefined : keyring.begin(domain, "current");
        if (beginning) begun.set(domain, beginning);
      }
      return begun;
    },

    open: async (found, begun) => {
      const heads = found.map(withHead);
      const keys = heads.flatMap(({ address, head }) => keysOfParts(address, head));
      const keyOf = askingOnce(keyring.version);
      const parts = keys.length === 0 ? new Map<string, Item>() : await table.read(keys);
      return Promise.all(
        heads.map((one) => {
          const further = keysOfParts(one.address, one.head).map((key) => parts.get(keyText(key)));
          return openOne(one, further, keyOf, begun);
        }),
      );
    },

    openAlone: async (found) => {
      const one = withHead(found);
      return one.head.parts > 1 ? undefined : openOne(one, [], keyring.version);
    },
  };
};
