import { broken } from "./errors.ts";
import type { Entry, Names, Partition } from "./store.ts";

/**
 * Direct children below a prefix, from a partition whose sort keys are opaque paths.
 *
 * Reads pages; when one ends inside a folder, the next begins after that folder. So the cost follows the number of
 * children, whatever lies below them. Pages grow while they bring new children and shrink when they end in a folder:
 * a flat list of thousands takes few calls, a folder of thousands costs a few entries.
 */

const FIRST_PAGE = 32;
const SMALLEST_PAGE = 8;
const LARGEST_PAGE = 512;

/** Sorts after every opaque segment, and before nothing else a folder could hold. */
const END_OF_FOLDER = "/~";

export type ReadPage = (
  partition: Partition,
  range: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
) => Promise<{ readonly found: readonly Row[]; readonly next: string | undefined }>;

export interface Row {
  readonly sk: string;
  open(): Promise<Entry | undefined>;
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Children as Vault lists them: sorted by bytes, folders end in `/`. */
export const listChildren = async (
  readPage: ReadPage,
  partition: Partition,
  names: Names,
  prefix: string,
): Promise<readonly string[]> => {
  if (prefix !== "" && !prefix.endsWith("/")) throw broken("a list prefix ends in /");
  const opaque = names.path(prefix);
  const children = new Set<string>();
  let after: string | undefined;
  let limit = FIRST_PAGE;
  for (;;) {
    const { found, next } = await readPage(partition, { prefix: opaque, after, limit });
    const heads = new Map<string, Row>();
    for (const row of found) {
      const [segment = ""] = row.sk.slice(opaque.length).split("/", 1);
      const folder = row.sk.length > opaque.length + segment.length;
      if (row.sk !== opaque) heads.set(folder ? `${segment}/` : segment, row);
    }
    const opened = await Promise.all([...heads.values()].map((row) => row.open()));
    for (const entry of opened) {
      const name = entry?.address.name;
      if (entry === undefined) continue;
      if (name?.startsWith(prefix) !== true) throw broken(`refused ${entry.address.pk} ${entry.address.sk}: no name`);
      const rest = name.slice(prefix.length);
      const slash = rest.indexOf("/");
      children.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    if (next === undefined) return [...children].sort(bytes);
    const [segment = ""] = next.slice(opaque.length).split("/", 1);
    const inFolder = next.length > opaque.length + segment.length;
    after = inFolder ? opaque + segment + END_OF_FOLDER : next;
    limit = inFolder ? Math.max(SMALLEST_PAGE, Math.ceil(limit / 2)) : Math.min(LARGEST_PAGE, limit * 2);
  }
};
