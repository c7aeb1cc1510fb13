import { ATTRIBUTES } from "../contract/table.ts";
import { createBoundedMap } from "../std/bounded-map.ts";
import type { Clock } from "../std/time.ts";
import { type Item, itemKey, type Key, keyText } from "./operation.ts";
import type { ReadKey, Table } from "./table.ts";

/**
 * Items that a reader accepts as they were a moment ago, kept in this process as they were read: sealed. Where one
 * secret is read more often than a partition of the table can answer, this is what is left of the reads. Off unless a
 * deployment turns it on.
 *
 * An item is served for `maxAgeMs` from the moment its read began, so a reader sees nothing older than that. What this
 * process wrote itself, it sees at once. Absence is not kept: what was just made is found.
 */

const MOST_ITEMS = 1000;
/** Larger bodies are read each time: a thousand of these are 16 MB. */
const MOST_BYTES = 16 * 1024;

/** Of a body that is spread over several items, others may replace the rest meanwhile: it is read each time too. */
const isKept = (item: Item): boolean =>
  item[ATTRIBUTES.parts] === undefined && (item[ATTRIBUTES.body]?.B?.length ?? 0) <= MOST_BYTES;

export const withRecent = (
  table: Table,
  { clock, maxAgeMs }: { readonly clock: Clock; readonly maxAgeMs: number },
): Table => {
  const kept = createBoundedMap<string, { readonly item: Item; readonly readAt: number }>(MOST_ITEMS);
  let changes = 0;

  /** Reads that are under way may bring what was there before: they keep nothing. */
  const forgetting = async <T>(keys: readonly Key[], change: () => Promise<T>): Promise<T> => {
    try {
      return await change();
    } finally {
      changes += 1;
      for (const key of keys) kept.delete(keyText(key));
    }
  };

  const known = (key: ReadKey, now: number): Item | undefined => {
    const found = key.mayBeRecent ? kept.get(keyText(key)) : undefined;
    const age = found ? now - found.readAt : 0;
    return found && age >= 0 && age < maxAgeMs ? found.item : undefined;
  };

  const read: Table["read"] = async (keys) => {
    const now = clock.now();
    const found = new Map<string, Item>();
    const left: ReadKey[] = [];
    for (const key of keys) {
      const item = known(key, now);
      if (item) found.set(keyText(key), item);
      else left.push(key);
    }
    if (left.length === 0) return found;
    const before = changes;
    const items = await table.read(left);
    for (const [text, item] of items) found.set(text, item);
    if (changes !== before) return found;
    for (const key of left) {
      const item = key.mayBeRecent ? items.get(keyText(key)) : undefined;
      if (item && isKept(item)) kept.set(keyText(key), { item, readAt: now });
    }
    return found;
  };

  return {
    ...table,
    read,
    apply: (operations) =>
      forgetting(
        operations.map((one) => ("item" in one ? itemKey(one.item) : one.key)),
        () => table.apply(operations),
      ),
    remove: (key, guard) => forgetting([key], () => table.remove(key, guard)),
    discard: (keys) => forgetting(keys, () => table.discard(keys)),
    wipe: (pk) =>
      table.wipe(pk).finally(() => {
        changes += 1;
        kept.clear();
      }),
  };
};
