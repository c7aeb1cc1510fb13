import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { as, type EpochSeconds } from "../std/brand.ts";
import { domainOf } from "./domains.ts";
import { bucketOf } from "./item.ts";
import { type Item, keyItem } from "./operation.ts";
import type { Sealer } from "./sealer.ts";
import type { Address, Due, DueOptions, DuePage, Entry, Image, ShardedDue } from "./store.ts";
import { PART_MARK, type Table } from "./table.ts";

/** Entries as the expiry index and the stream show them, which say of an item alone where it is and when it ends. */

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

export const createImages = ({ table, sealer }: { readonly table: Table; readonly sealer: Sealer }) => {
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

  return { openImage, due, allDue };
};
