import { utf8Length } from "../std/utf8.ts";
import { broken } from "./errors.ts";
import { END_OF_FOLDER, nameBelow } from "./listing.ts";
import type { Entry, Names, Page, Partition, QueryOptions, Walk, WalkOptions } from "./store.ts";

/**
 * Every name below a prefix, at whatever depth, from a partition whose sort keys are opaque paths: pages of rows in the
 * table's own order, so that the cost follows the number of names and not that of folders. A folder that is not
 * entered costs one more page: what is in it is passed over, beyond the page on which it was met.
 */

/** One more than 1,000: a part of 1,000 names is one page. */
const PAGE_ROWS = 1001;
/** Pages of one walk: ten hold 10,000 names, the others are for folders that are not entered. */
const MOST_PAGES = 50;
/** UTF-8 bytes of all names of one walk: below what an answer may hold. */
const MOST_BYTES = 4_000_000;

export type ReadRows = (partition: Partition, options: QueryOptions) => Promise<Page<Entry>>;

/** The folders on the way to a name, outermost first: `a/`, `a/b/` of `a/b/c`. */
const foldersOf = (name: string): readonly string[] => {
  const found: string[] = [];
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) found.push(name.slice(0, at + 1));
  return found;
};

/** Which folders are entered: each is asked about once, the outermost first. */
const createGate = (enter: WalkOptions["enter"]) => {
  const known = new Map<string, boolean>();
  return async (name: string): Promise<string | undefined> => {
    for (const folder of foldersOf(name)) {
      const open = known.get(folder) ?? (await enter(folder));
      known.set(folder, open);
      if (!open) return folder;
    }
    return undefined;
  };
};

interface Found {
  readonly names: string[];
  bytes: number;
}

/** Takes the names of a page. Answers whether it is full, and the folder that its last row is in, if it is not entered. */
const takeAll = async (
  found: Found,
  names: readonly string[],
  limit: number,
  closed: (name: string) => Promise<string | undefined>,
): Promise<{ readonly full: boolean; readonly shut?: string | undefined }> => {
  let shut: string | undefined;
  for (const name of names) {
    shut = await closed(name);
    if (shut !== undefined) continue;
    found.bytes += utf8Length(name);
    if (found.names.length >= limit || (found.bytes > MOST_BYTES && found.names.length > 0)) return { full: true };
    found.names.push(name);
  }
  return { full: false, shut };
};

/** `names` belongs to the partition's domain; `prefix` is `""` or ends in `/`. */
export const walkNames = async (
  readRows: ReadRows,
  partition: Partition,
  names: Names,
  prefix: string,
  options: WalkOptions,
): Promise<Walk> => {
  if (prefix !== "" && !prefix.endsWith("/")) throw broken("a walk's prefix ends in /");
  const opaque = names.path(prefix);
  const closed = createGate(options.enter);
  const found: Found = { names: [], bytes: 0 };
  let after = options.after === undefined ? undefined : names.path(prefix + options.after);

  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    // One more than wanted, which tells whether there is more.
    const limit = Math.min(PAGE_ROWS, options.limit - found.names.length + 1);
    const { items, next } = await readRows(partition, { prefix: opaque, after, limit });
    const below = items.map((entry) => nameBelow(entry, prefix));
    const { full, shut } = await takeAll(found, below, options.limit, closed);
    if (full || next === undefined) return { names: found.names, more: full };
    after = shut === undefined ? next : names.path(prefix + shut.slice(0, -1)) + END_OF_FOLDER;
  }
  return { names: found.names, more: true };
};
