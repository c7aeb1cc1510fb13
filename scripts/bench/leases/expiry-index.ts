import type { Item, Key } from "../../../src/storage/operation.ts";

/** The expiry index of the simulated table: keys in the order of their ends, as it was some time ago. */

/** Ends are ten digits until the year 2286, so that text sorts as numbers do. */
const entryOf = (exp: number, { pk, sk }: Key): string => `${exp}\n${pk}\n${sk}`;

const itemOf = (bucket: string, entry: string): Item => {
  const [exp = "", pk = "", sk = ""] = entry.split("\n");
  return { pk: { S: pk }, sk: { S: sk }, bucket: { S: bucket }, exp: { N: exp } };
};

export interface IndexQuery {
  readonly bucket: string;
  readonly until: number;
  readonly limit: number;
  readonly after: string | undefined;
  readonly latestFirst: boolean;
}

export class ExpiryIndex {
  readonly #buckets = new Map<string, string[]>();
  /** Buckets filled in any order: sorted when they are first looked at. */
  readonly #unsorted = new Set<string>();

  /** Quick, for many at once before anybody looks. */
  load(bucket: string, exp: number, key: Key): void {
    const entries = this.#buckets.get(bucket) ?? [];
    entries.push(entryOf(exp, key));
    this.#buckets.set(bucket, entries);
    this.#unsorted.add(bucket);
  }

  /** Puts in order what was loaded. */
  settle(): void {
    for (const bucket of [...this.#unsorted]) this.#sorted(bucket);
  }

  put(bucket: string, exp: number, key: Key): void {
    const entries = this.#sorted(bucket);
    const entry = entryOf(exp, key);
    const at = this.#place(entries, entry);
    if (entries[at] !== entry) entries.splice(at, 0, entry);
    this.#buckets.set(bucket, entries);
  }

  remove(bucket: string, exp: number, key: Key): void {
    const entries = this.#sorted(bucket);
    const entry = entryOf(exp, key);
    const at = this.#place(entries, entry);
    if (entries[at] === entry) entries.splice(at, 1);
    if (entries.length === 0) this.#buckets.delete(bucket);
  }

  query({ bucket, until, limit, after, latestFirst }: IndexQuery): { items: Item[]; more: boolean } {
    const entries = this.#sorted(bucket);
    // Behind every key of this end.
    const end = this.#place(entries, `${until}\n\u{10ffff}`);
    if (latestFirst) {
      const to = after === undefined ? end : Math.min(end, this.#place(entries, after));
      const from = Math.max(0, to - limit);
      const items = entries.slice(from, to).reverse();
      return { items: items.map((entry) => itemOf(bucket, entry)), more: items.length === limit };
    }
    const start = after === undefined ? 0 : this.#place(entries, `${after}\n`);
    const items = entries.slice(start, Math.min(end, start + limit));
    return { items: items.map((entry) => itemOf(bucket, entry)), more: items.length === limit };
  }

  /** The first of all entries, in the order of the buckets. */
  all(limit: number): { items: Item[]; more: boolean } {
    const items: Item[] = [];
    for (const [bucket, entries] of this.#buckets) {
      for (const entry of entries) {
        if (items.length === limit) return { items, more: true };
        items.push(itemOf(bucket, entry));
      }
    }
    // As DynamoDB: a full page says nothing of whether there is another.
    return { items, more: items.length === limit };
  }

  #sorted(bucket: string): string[] {
    const entries = this.#buckets.get(bucket) ?? [];
    if (this.#unsorted.delete(bucket)) entries.sort();
    return entries;
  }

  /** Where a text is, or would be. */
  #place(entries: readonly string[], text: string): number {
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] ?? "") < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The text a cursor stands for. */
export const cursorOf = (item: Item | undefined): string | undefined =>
  item && entryOf(Number(item["exp"]?.N), { pk: item["pk"]?.S ?? "", sk: item["sk"]?.S ?? "" });
