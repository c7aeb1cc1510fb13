import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import type { Keyring } from "../crypto/index.ts";
import { as, type EpochSeconds } from "../std/brand.ts";
import { checkAddress } from "./address.ts";
import { domainOf } from "./domains.ts";
import { bucketOf, headOf, keysOfParts } from "./item.ts";
import { PAGE_ENTRIES } from "./limits.ts";
import type { Pages } from "./listing.ts";
import { type Guard, type Item, keyItem, keyText } from "./operation.ts";
import type { Patience } from "./patience.ts";
import { type BegunKeys, incomplete, type Sealer } from "./sealer.ts";
import type {
  Address,
  AllOptions,
  Domain,
  Due,
  DueOptions,
  DuePage,
  Entry,
  Image,
  Page,
  Partition,
  QueryOptions,
  ShardedDue,
} from "./store.ts";
import { PART_MARK, type Table } from "./table.ts";

/** Reading, taking and ranging over sealed entries. */

const MAX_READS = 4;

const WHOLE: Guard = {
  expression: `attribute_exists(#${PARTITION_KEY}) AND attribute_not_exists(#${ATTRIBUTES.parts})`,
  attributes: [PARTITION_KEY, ATTRIBUTES.parts],
};

/** The address of an item met in a partition. */
const addressOf = (item: Item, partition: Partition): Address => ({
  ...partition,
  pk: item[PARTITION_KEY]?.S ?? partition.pk,
  sk: item[SORT_KEY]?.S ?? "",
});

/** The address of an item that an index or a stream shows; `undefined` for what is not a sealed entry. */
const foundAddress = (item: Item): Address | undefined => {
  const pk = item[PARTITION_KEY]?.S ?? "";
  const domain = domainOf(pk);
  return domain === undefined ? undefined : { pk, sk: item[SORT_KEY]?.S ?? "", domain };
};

/** An entry of the expiry index as it is shown; `undefined` for what is none of ours. */
const dueOf = (item: Item): Due | undefined => {
  const address = foundAddress(item);
  const exp = Number(item[ATTRIBUTES.end]?.N);
  return address && Number.isSafeInteger(exp) ? { address, exp: as<EpochSeconds>(exp) } : undefined;
};

const itemOf = (image: Image): Item =>
  Object.fromEntries(
    Object.entries(image).flatMap(([name, { S, N, B }]): [string, Item[string]][] => {
      if (S !== undefined) return [[name, { S }]];
      if (N !== undefined) return [[name, { N }]];
      if (B !== undefined) return [[name, { B: typeof B === "string" ? Buffer.from(B, "base64") : B }]];
      return [];
    }),
  );

export const createReader = (options: {
  readonly table: Table;
  readonly sealer: Sealer;
  readonly keyring: Keyring;
  readonly patience: (what: string) => Patience;
}) => {
  const { table, sealer, keyring, patience } = options;

  /** Begins to load the keys of what is about to be read; empty where all are at hand, as they are once warm. */
  const beginKeys = (domains: Iterable<Domain>): BegunKeys => {
    const begun = new Map<string, () => Promise<void>>();
    for (const domain of domains) {
      const beginning = begun.has(domain) ? undefined : keyring.begin(domain, "current");
      if (beginning) begun.set(domain, beginning);
    }
    return begun;
  };

  type Items = ReadonlyMap<string, Item>;

  /** Reads until every spread entry was met whole: a part may be gone because the entry was just rewritten. */
  const openRead = async (addresses: readonly Address[], first: Items, begun: BegunKeys) => {
    const entries = new Map<string, Entry>();
    let items = first;
    let open = addresses;
    for (let tries = 1; open.length > 0; tries += 1) {
      const found = open.flatMap((address) => {
        const item = items.get(keyText(address));
        return item === undefined ? [] : [{ address, item }];
      });
      const opened = await sealer.open(found, begun);
      const torn: Address[] = [];
      found.forEach(({ address }, index) => {
        const entry = opened[index];
        if (entry === undefined) torn.push(address);
        else entries.set(keyText(address), entry);
      });
      if (torn[0] !== undefined && tries >= MAX_READS) throw incomplete(torn[0]);
      if (torn.length > 0) items = await table.read(torn);
      open = torn;
    }
    return addresses.map((address) => entries.get(keyText(address)));
  };

  const beginRead = (addresses: readonly Address[]) => {
    for (const address of addresses) checkAddress(address);
    return { begun: beginKeys(addresses.map(({ domain }) => domain)), reading: table.read(addresses) };
  };

  const get = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const { begun, reading } = beginRead(addresses);
    return openRead(addresses, await reading, begun);
  };

  const read = async (addresses: readonly Address[]): Promise<() => Promise<readonly (Entry | undefined)[]>> => {
    const { begun, reading } = beginRead(addresses);
    const items = await reading;
    return () => openRead(addresses, items, begun);
  };

  /** Deletes a spread entry with its parts, if it is still the write that was read. */
  const removeSpread = async (address: Address, n: number): Promise<boolean> => {
    const item = (await table.read([address])).get(keyText(address));
    if (item === undefined || headOf(item).n !== n) return false;
    const guard: Guard = {
      expression: `#${ATTRIBUTES.writeNumber} = :n`,
      attributes: [ATTRIBUTES.writeNumber],
      values: { ":n": { N: String(n) } },
    };
    const parts = keysOfParts(address, headOf(item));
    const lost = await table.apply([
      { op: "delete", key: address, guard },
      ...parts.map((key) => ({ op: "delete" as const, key })),
    ]);
    return lost.length === 0;
  };

  const take = async (address: Address): Promise<Entry | undefined> => {
    checkAddress(address);
    // Before anything is deleted: without the key the entry would be gone and unread.
    await keyring.current(address.domain);
    const patient = patience("contended entry");
    for (;;) {
      const item = await table.remove(address, WHOLE);
      if (item !== undefined) return (await sealer.open([{ address, item }]))[0];
      const [entry] = await get([address]);
      if (entry === undefined) return undefined;
      if (await removeSpread(address, entry.n)) return entry;
      await patient.pause("written by others");
    }
  };

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
    const begun = beginKeys([domain]);
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

  /** Entries whose parts are elsewhere answer `null` for a body: the stream shows each item alone. */
  const openImage = async (image: Image): Promise<Entry | undefined> => {
    const item = itemOf(image);
    const address = foundAddress(item);
    if (address === undefined || address.sk.startsWith(PART_MARK)) return undefined;
    return (await sealer.openAlone({ address, item })) ?? { address, body: null, n: 0, clear: {} };
  };

  const due = async (bucket: string, shard: number, options: DueOptions): Promise<DuePage> => {
    const key = `${bucket}#${shard}`;
    const { until, limit, latestFirst, after } = options;
    const start = after && {
      ...keyItem(after.address),
      [ATTRIBUTES.bucket]: { S: key },
      [ATTRIBUTES.end]: { N: String(after.exp) },
    };
    const { items, next } = await table.due(key, { until, limit, latestFirst, after: start });
    return { items: items.flatMap((item) => dueOf(item) ?? []), next: next && dueOf(next) };
  };

  const allDue = async (most: number): Promise<readonly ShardedDue[] | undefined> => {
    const items = await table.allDue(most);
    return items?.flatMap((item) => {
      const due = dueOf(item);
      const bucket = bucketOf(item);
      return due && bucket ? [{ ...due, shard: bucket.shard }] : [];
    });
  };

  return { get, read, take, query, all, sortKeys, pages, openImage, due, allDue };
};
