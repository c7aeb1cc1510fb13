import { type KeyShelf, OpenRefused, type WrappedKey } from "../../../src/crypto/index.ts";

/** What tests of the keyring share: a shelf in memory, whose rows a test reads and changes behind a keyring's back. */

export interface MemoryShelf extends KeyShelf {
  readonly rows: Map<string, readonly WrappedKey[]>;
  of(domain: string): readonly WrappedKey[];
}

const isIndex = (key: WrappedKey): key is WrappedKey<"index"> => key.use === "index";
const isVersion = (key: WrappedKey): key is WrappedKey<number> => key.use !== "index";

/** It keeps nothing together; see `KeyShelf`. */
export const createMemoryShelf = (): MemoryShelf => {
  const rows = new Map<string, readonly WrappedKey[]>();
  const of = (domain: string): readonly WrappedKey[] => rows.get(domain) ?? [];
  const isEmptied = (domain: string): boolean => of(domain).some(({ wrapped }) => wrapped.length === 0);
  return {
    rows,
    of,
    newest: async (domain) => {
      if (isEmptied(domain)) throw new OpenRefused("a wrapped key is empty");
      const [data] = of(domain)
        .filter(isVersion)
        .sort((a, b) => b.use - a.use);
      return { index: of(domain).find(isIndex), data };
    },
    together: async () => new Map(),
    version: async (domain, version) => of(domain).find((key): key is WrappedKey<number> => key.use === version),
    add: async (domain, keys) => {
      if (keys.some(({ use }) => of(domain).some((row) => row.use === use))) return false;
      if (isEmptied(domain)) return false;
      rows.set(domain, [...of(domain), ...keys]);
      return true;
    },
    empty: async (domain) => {
      rows.set(
        domain,
        of(domain).map(({ use }) => ({ use, wrapped: new Uint8Array() })),
      );
    },
  };
};
