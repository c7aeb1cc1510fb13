import { SEGMENT_ALPHABET } from "../crypto/index.ts";
import { compareUtf8 } from "../std/utf8.ts";
import { broken } from "./errors.ts";
import type { Item } from "./operation.ts";
import type { Entry, Names, Partition } from "./store.ts";

/**
 * Direct children below a prefix, from a partition whose sort keys are opaque paths.
 *
 * Reads pages; when one ends inside a folder, the next begins after that folder. So the cost follows the number of
 * children, whatever is below them. Pages grow while most of their rows are new children and shrink while few are: a
 * flat list of thousands takes few calls, a folder of thousands costs a few rows. A list that stays long is read on in
 * several ranges at once, one for each character the next segment may begin with.
 */

const FIRST_PAGE = 32;
const SMALLEST_PAGE = 8;
const LARGEST_PAGE = 512;
/** Pages read one after the other before the rest is read side by side. */
const PAGES_ALONE = 12;
const SIDE_BY_SIDE = 8;

/** Sorts after everything a folder can hold: opaque segments are base64url. */
export const END_OF_FOLDER = "/~";

export interface Row {
  readonly sk: string;
  readonly item: Item;
}

export interface Pages {
  read(
    partition: Partition,
    range: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
  ): Promise<{ readonly found: readonly Row[]; readonly next: string | undefined }>;
  /** Those that are still there. */
  open(partition: Partition, rows: readonly Row[]): Promise<readonly Entry[]>;
}

const SORTED_ALPHABET = [...SEGMENT_ALPHABET].sort(compareUtf8);

/** The rest of an entry's name. Throws for one that does not belong where it was found. */
export const nameBelow = ({ address }: Entry, prefix: string): string => {
  const { pk, sk, name } = address;
  if (name?.startsWith(prefix) !== true) throw broken(`refused ${pk} ${sk}: the entry bears no name of this folder`);
  return name.slice(prefix.length);
};

/** Vault lists what is below `prefix`: the rest of a name up to and with its first slash. */
const childOf = (entry: Entry, prefix: string): string => {
  const rest = nameBelow(entry, prefix);
  const slash = rest.indexOf("/");
  return slash < 0 ? rest : rest.slice(0, slash + 1);
};

/** Children sorted by bytes; folders end in `/`. `names` belongs to the partition's domain. */
export const listChildren = async (
  pages: Pages,
  partition: Partition,
  names: Names,
  prefix: string,
): Promise<readonly string[]> => {
  if (prefix !== "" && !prefix.endsWith("/")) throw broken("a list prefix ends in /");
  const opaque = names.path(prefix);
  const children = new Set<string>();

  /** The opaque child a row belongs to, with a slash if the row is inside it. */
  const opaqueChild = (sk: string): string => {
    const slash = sk.indexOf("/", opaque.length);
    return slash < 0 ? sk.slice(opaque.length) : sk.slice(opaque.length, slash + 1);
  };

  const collect = async (rows: readonly Row[]): Promise<number> => {
    const first = new Map<string, Row>();
    for (const row of rows) {
      const child = opaqueChild(row.sk);
      if (child !== "" && !first.has(child)) first.set(child, row);
    }
    // All at once: to open each alone takes a promise for every step of it.
    for (const entry of await pages.open(partition, [...first.values()])) children.add(childOf(entry, prefix));
    return first.size;
  };

  /** Reads a range to its end, or for a number of pages; returns where to continue. */
  const scan = async (start: string, from: string | undefined, most: number): Promise<string | undefined> => {
    let after = from;
    let limit = FIRST_PAGE;
    for (let page = 0; page < most; page += 1) {
      const { found, next } = await pages.read(partition, { prefix: start, after, limit });
      const fresh = await collect(found);
      if (next === undefined) return undefined;
      const child = opaqueChild(next);
      after = child.endsWith("/") ? opaque + child.slice(0, -1) + END_OF_FOLDER : next;
      if (fresh * 2 >= found.length) limit = Math.min(LARGEST_PAGE, limit * 2);
      else if (fresh * 4 < found.length) limit = Math.max(SMALLEST_PAGE, limit / 2);
    }
    return after;
  };

  const after = await scan(opaque, undefined, PAGES_ALONE);
  if (after !== undefined) {
    const reached = after.charAt(opaque.length);
    const starts = SORTED_ALPHABET.filter((character) => compareUtf8(character, reached) >= 0);
    const work = async (): Promise<void> => {
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        await scan(opaque + start, start === reached ? after : undefined, Number.POSITIVE_INFINITY);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  }
  return [...children].sort(compareUtf8);
};
