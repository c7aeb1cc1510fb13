import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { type KeyShelf, OpenRefused, type WrappedKey } from "../crypto/index.ts";
import { type Clock, epochSeconds } from "../std/time.ts";
import { unavailable } from "./errors.ts";
import { indexKey, keyVersionKey, keyVersionPartition, newestKeysKey } from "./keys.ts";
import type { NewestShelf } from "./newest-keys.ts";
import { type Item, type Key, keyItem, keyText, type Operation } from "./operation.ts";
import type { Table } from "./table.ts";

/**
 * Wrapped keys in the table: `key#<domain>` / zero-padded version, and `index` for the index key. Digits sort before
 * letters, so one descending read of two items finds the index key and the newest version. What is newest is kept once
 * more, together with others (`newest-keys.ts`), and changes in the transaction that adds a version.
 */

/**
 * Most tries to write newest keys that others write too. Nobody waits in between: who loses, loses to somebody who is
 * done with it.
 */
const MAX_TRIES = 64;

/** Below the most members a transaction may have. */
const PAGE = 50;

const useOf = (sk: string | undefined): WrappedKey["use"] => {
  if (sk === indexKey("").sk) return "index";
  if (sk === undefined || !/^\d{10}$/.test(sk)) throw new OpenRefused("a wrapped key has a malformed sort key");
  return Number(sk);
};

const readKey = <Use extends WrappedKey["use"]>(item: Item, use: Use): WrappedKey<Use> => {
  const wrapped = item[ATTRIBUTES.body]?.B;
  if (wrapped === undefined) throw new OpenRefused("a wrapped key is empty");
  return { use, wrapped };
};

const isIndex = (key: WrappedKey): key is WrappedKey<"index"> => key.use === "index";
const isVersion = (key: WrappedKey): key is WrappedKey<number> => key.use !== "index";
/** Put, not deleted: nobody holds the right to delete a wrapped key. */
const emptied = ({ [ATTRIBUTES.body]: _, ...item }: Item): Operation => ({ op: "put", item });

/** A key may join those of a domain that has them, not those of one that lost them meanwhile. */
const isAlive = (domain: string): Operation => ({
  op: "check",
  key: indexKey(domain),
  guard: { expression: `attribute_exists(#${ATTRIBUTES.body})`, attributes: [ATTRIBUTES.body] },
});

const isRow = (item: Item): boolean => item[SORT_KEY]?.S !== newestKeysKey("").sk;

export const createKeyShelf = (options: {
  readonly table: Table;
  readonly clock: Clock;
  readonly newest: NewestShelf;
}): KeyShelf => {
  const { table, clock, newest: copies } = options;

  const rowOf = (domain: string, { use, wrapped }: WrappedKey): Operation => ({
    op: "put",
    item: {
      ...keyItem(use === "index" ? indexKey(domain) : keyVersionKey(domain, use)),
      [ATTRIBUTES.body]: { B: wrapped },
      [ATTRIBUTES.created]: { N: String(epochSeconds(clock.now())) },
    },
    guard: { expression: "attribute_not_exists(#pk)", attributes: [PARTITION_KEY] },
  });

  /** Writes rows together with copies, which others write too: `false` where a row was lost. */
  const apply = async (rows: readonly Operation[], copied: () => Promise<readonly Operation[]>): Promise<boolean> => {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const lost = await table.apply([...rows, ...(await copied())]);
      if (lost.length === 0) return true;
      if (lost.some(({ index }) => index < rows.length)) return false;
    }
    throw unavailable("newest keys: written by others");
  };

  return {
    newest: async (domain) => {
      const { items } = await table.range({ pk: keyVersionPartition(domain), prefix: "", limit: 2, descending: true });
      const keys = items.filter(isRow).map((item) => readKey(item, useOf(item[SORT_KEY]?.S)));
      return { index: keys.find(isIndex), data: keys.find(isVersion) };
    },

    together: copies.read,

    version: async (domain, version) => {
      const key: Key = keyVersionKey(domain, version);
      const [item] = (await table.read([key])).values();
      return item === undefined ? undefined : readKey(item, version);
    },

    add: (domain, keys, newest) => {
      const rows = keys.map((key) => rowOf(domain, key));
      const alive = keys.some(isIndex) ? [] : [isAlive(domain)];
      return apply([...rows, ...alive], () => copies.put(domain, newest));
    },

    empty: async (domain) => {
      // After this write nobody adds a key to the domain, so what is read next is all of them.
      const key = indexKey(domain);
      const index = (await table.read([key])).get(keyText(key)) ?? keyItem(key);
      await apply([emptied(index)], async () => [await copies.remove(domain)]);
      const pk = keyVersionPartition(domain);
      let after: string | undefined;
      do {
        const page = await table.range({ pk, prefix: "", limit: PAGE, after });
        const full = page.items.filter((item) => isRow(item) && item[ATTRIBUTES.body] !== undefined);
        if (full.length > 0) await table.apply(full.map(emptied));
        after = page.next;
      } while (after !== undefined);
    },
  };
};
