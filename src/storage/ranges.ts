import { PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { PAGE_ENTRIES } from "./limits.ts";
import type { Pages } from "./listing.ts";
import type { Item } from "./operation.ts";
import type { BegunKeys, Sealer } from "./sealer.ts";
import type { Address, AllOptions, Domain, Entry, Page, Partition, QueryOptions, Store } from "./store.ts";
import type { Table } from "./table.ts";

/** Ranging over the entries of a partition, a page at a time. */

/** The address of an item met in a partition. */
const addressOf = (item: Item, partition: Partition): Address => ({
  ...partition,
  pk: item[PARTITION_KEY]?.S ?? partition.pk,
  sk: item[SORT_KEY]?.S ?? "",
});

export const createRanges = (options: {
  readonly table: Table;
  readonly sealer: Sealer;
  /** For an entry whose parts were written over between its item and them. */
  readonly get: Store["get"];
}) => {
  const { table, sealer, get } = options;

  const openItems = async (
    partition: Partition,
    items: readonly Item[],
    begun?: BegunKeys,
  ): Promise<readonly Entry[]> => {
    const found = items.map((item) => ({ address: addressOf(item, partition), item }));
    const opened = await sealer.open(found, begun);
    const entries: Entry[] = [];
    for (const [index, { address }] of found.entries()) {
      const entry = opened[index] ?? (await get([address]))[0];
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  };

  const query = async (pk: string, domain: Domain, wanted: QueryOptions = {}): Promise<Page<Entry>> => {
    const { prefix = "", limit = PAGE_ENTRIES, descending, holder } = wanted;
    const begun = sealer.begin([domain]);
    const items: Item[] = [];
    let after = wanted.after;
    do {
      const page = await table.range({ pk, prefix, after, limit: limit - items.length, descending });
      items.push(...page.items);
      after = page.next;
    } while (after !== undefined && items.length < limit);
    const entries = await openItems({ pk, domain, holder }, items, begun);
    return { items: entries, next: after };
  };

  async function* all({ pk, domain, holder }: Partition, options: AllOptions = {}): AsyncGenerator<Entry> {
    const { prefix = "", page: limit = PAGE_ENTRIES } = options;
    const shown = { prefix, limit, holder };
    let after = options.after;
    do {
      const page = await query(pk, domain, { ...shown, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  async function* sortKeys(pk: string): AsyncGenerator<readonly string[]> {
    let after: string | undefined;
    do {
      const page = await table.range({ pk, prefix: "", after, limit: PAGE_ENTRIES });
      yield page.items.map((item) => item[SORT_KEY]?.S ?? "");
      after = page.next;
    } while (after !== undefined);
  }

  const pages: Pages = {
    read: async (partition, range) => {
      const { items, next } = await table.range({ pk: partition.pk, ...range });
      return { found: items.map((item) => ({ sk: item[SORT_KEY]?.S ?? "", item })), next };
    },
    open: (partition, rows) =>
      openItems(
        partition,
        rows.map(({ item }) => item),
      ),
  };

  return { query, all, sortKeys, pages };
};
