import type { z } from "zod";
import { type BackendContext, type DataReply, invalidRequest } from "../../framework/index.ts";
import { writeJson } from "../../std/json.ts";
import { compareUtf8 } from "../../std/utf8.ts";
import { folderOf, PAGE, shownKeys } from "./list.ts";
import type { KeyMetadata, ScanInput } from "./shapes.ts";

/**
 * Every key below a folder, at any depth (OpenBao's SCAN). One request reads pages of the listing, whatever the folders
 * are, and is bounded: `MOST_KEYS` names or 4 MB of them, `MOST_DETAILED` with metadata. More than that is refused
 * unless it is asked for in parts, by `limit` and `after`. Folders that the caller's policies close are left out.
 */

const MOST_KEYS = 10_000;
const MOST_DETAILED = 1_000;
/** JSON of the metadata in one answer, in characters. */
const MOST_METADATA = 3_000_000;

type Part = Partial<z.output<typeof ScanInput>>;
type Scanned = DataReply<{ readonly keys?: readonly string[] }>;

/** OpenBao's order: the keys of a folder, then its folders, the last one first. */
const inOrder = (one: string, other: string): number => {
  const [a, b] = [one.split("/"), other.split("/")];
  let at = 0;
  while (a[at] === b[at] && at < a.length - 1 && at < b.length - 1) at += 1;
  const [leaf, otherLeaf] = [at === a.length - 1, at === b.length - 1];
  if (leaf !== otherLeaf) return leaf ? -1 : 1;
  const order = compareUtf8(a[at] ?? "", b[at] ?? "");
  return leaf ? order : -order;
};

const inParts = ({ after = "", limit = 0 }: Part): boolean => after !== "" || limit > 0;

const tooMany = () =>
  invalidRequest(
    `too many keys for one answer: ask for them in parts with limit (at most ${MOST_KEYS}) and after, the last key of the part before, until there is none; or scan a folder below`,
  );

/** `root`: what the folder is called below the mount (`metadata/`), as policies see it. */
const walked = async (root: string, path: string, part: Part, most: number, cx: BackendContext) => {
  const prefix = folderOf(path);
  const { names, more } = await cx.storage.walk(prefix, {
    after: part.after === "" ? undefined : part.after,
    limit: part.limit !== undefined && part.limit > 0 ? Math.min(part.limit, most) : most,
    enter: async (folder) => !(await cx.scanLeavesOut(`${root}${prefix}${folder}`)),
  });
  const parts = inParts(part);
  // An empty part would say that there is nothing more.
  if (more && (!parts || names.length === 0)) throw tooMany();
  return { prefix, names: parts ? names : [...names].sort(inOrder) };
};

/** The keys below a folder. Never 404: nothing below it is an answer without `keys`, as in OpenBao. */
export const scanKeys = async (root: string, path: string, part: Part, cx: BackendContext): Promise<Scanned> => {
  const { names } = await walked(root, path, part, MOST_KEYS, cx);
  return { data: names.length === 0 ? {} : { keys: names } };
};

/** As `scanKeys`, with the metadata of each key; a part ends early where its metadata is large. */
export const scanDetailed = async (
  root: string,
  path: string,
  part: Part,
  cx: BackendContext,
): Promise<DataReply<{ readonly keys?: readonly string[]; readonly key_info?: Record<string, KeyMetadata> }>> => {
  const { prefix, names } = await walked(root, path, part, MOST_DETAILED, cx);
  const keys: string[] = [];
  const shown: [string, KeyMetadata][] = [];
  let size = 0;
  for (let start = 0; start < names.length && size < MOST_METADATA; start += PAGE) {
    const found = await shownKeys(cx.storage, prefix, names.slice(start, start + PAGE));
    for (const name of names.slice(start, start + PAGE)) {
      const metadata = found.get(name);
      if (size >= MOST_METADATA) break;
      keys.push(name);
      // Deleted since the listing was read.
      if (metadata === undefined) continue;
      size += writeJson(metadata).length;
      shown.push([name, metadata]);
    }
  }
  if (keys.length < names.length && !inParts(part)) throw tooMany();
  return { data: keys.length === 0 ? {} : { keys, key_info: Object.fromEntries(shown) } };
};
