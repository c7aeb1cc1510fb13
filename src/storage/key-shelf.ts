import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { type KeyShelf, OpenRefused, type WrappedKey } from "../crypto/index.ts";
import { type Clock, epochSeconds } from "../std/time.ts";
import { indexKey, keyVersionKey, keyVersionPartition } from "./keys.ts";
import type { Item, Key } from "./operation.ts";
import type { Table } from "./table.ts";

/**
 * Wrapped keys in the table: `key#<domain>` / zero-padded version, and `index` for the index key. Digits sort before
 * letters, so one descending read of two items finds the index key and the newest version.
 */

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

export const createKeyShelf = ({ table, clock }: { readonly table: Table; readonly clock: Clock }): KeyShelf => ({
  newest: async (domain) => {
    const { items } = await table.range({ pk: keyVersionPartition(domain), prefix: "", limit: 2, descending: true });
    const keys = items.map((item) => readKey(item, useOf(item[SORT_KEY]?.S)));
    return { index: keys.find(isIndex), data: keys.find(isVersion) };
  },

  version: async (domain, version) => {
    const key: Key = keyVersionKey(domain, version);
    const [item] = (await table.read([key])).values();
    return item === undefined ? undefined : readKey(item, version);
  },

  add: async (domain, keys) => {
    const lost = await table.apply(
      keys.map(({ use, wrapped }) => ({
        op: "put" as const,
        item: {
          [PARTITION_KEY]: { S: keyVersionPartition(domain) },
          [SORT_KEY]: { S: (use === "index" ? indexKey(domain) : keyVersionKey(domain, use)).sk },
          [ATTRIBUTES.body]: { B: wrapped },
          [ATTRIBUTES.created]: { N: String(epochSeconds(clock.now())) },
        },
        guard: { expression: "attribute_not_exists(#pk)", attributes: [PARTITION_KEY] },
      })),
    );
    return lost.length === 0;
  },

  empty: async (domain) => {
    const pk = keyVersionPartition(domain);
    let after: string | undefined;
    do {
      const page = await table.range({ pk, prefix: "", limit: PAGE, after });
      // Put, not deleted: nobody holds the right to delete a wrapped key.
      const emptied = page.items.map(({ [ATTRIBUTES.body]: _, ...item }) => ({ op: "put" as const, item }));
      if (emptied.length > 0) await table.apply(emptied);
      after = page.next;
    } while (after !== undefined);
  },
});
