import type { z } from "zod";
import { type BackendContext, type DataReply, pageOf } from "../../framework/index.ts";
import type { View } from "../../storage/store.ts";
import { versionOf } from "./history.ts";
import { keyAddress } from "./keys.ts";
import { shownKey } from "./metadata.ts";
import { type Key, unpackKey } from "./record.ts";
import type { KeyMetadata, ListInput } from "./shapes.ts";

/** Names of keys, one folder at a time. `View.list` says what a page costs. */

/** Keys read at once. */
export const PAGE = 100;

type Selection = Partial<z.output<typeof ListInput>>;

/** A folder as the listing knows it: `""` or ending in `/`. */
export const folderOf = (path: string): string => (path === "" || path.endsWith("/") ? path : `${path}/`);

/** What is wanted of the keys below a folder, by their names there; folders are not among them. */
const keysBelow = async <T>(
  view: View,
  prefix: string,
  names: readonly string[],
  wanted: (key: Key) => T,
): Promise<ReadonlyMap<string, T>> => {
  const found = new Map<string, T>();
  const leaves = names.filter((name) => !name.endsWith("/"));
  for (let start = 0; start < leaves.length; start += PAGE) {
    const page = leaves.slice(start, start + PAGE);
    const entries = await view.getMany(page.map((name) => keyAddress(view, prefix + name)));
    for (const [index, name] of page.entries()) {
      const entry = entries[index];
      if (entry !== undefined) found.set(name, wanted(unpackKey(entry.body)));
    }
  }
  return found;
};

const awaitsDeletion = (key: Key): boolean => (versionOf(key, key.current)?.deletion ?? 0) > 0;

/** The metadata of keys below a folder, by their names there. */
export const shownKeys = (view: View, prefix: string, names: readonly string[]) =>
  keysBelow(view, prefix, names, shownKey);

type Names = { readonly keys: string[] };

/** Direct children of a folder; `undefined` when there are none. */
export const listKeys = async (
  path: string,
  input: Selection,
  cx: BackendContext,
): Promise<DataReply<Names> | undefined> => {
  const prefix = folderOf(path);
  let names = await cx.storage.list(prefix, "listing");
  if (input.exclude_deleted) {
    const ending = await keysBelow(cx.storage, prefix, names, awaitsDeletion);
    names = names.filter((name) => ending.get(name) !== true);
  }
  const page = pageOf(names, input);
  return page.length === 0 ? undefined : { data: { keys: [...page] } };
};

/** As `listKeys`, with the metadata of each key; of a folder there is none. */
export const listDetailed = async (
  path: string,
  input: Selection,
  cx: BackendContext,
): Promise<DataReply<Names & { key_info: Record<string, KeyMetadata | Record<string, never>> }> | undefined> => {
  const prefix = folderOf(path);
  const names = pageOf(await cx.storage.list(prefix, "listing"), input);
  if (names.length === 0) return undefined;
  const keys = await shownKeys(cx.storage, prefix, names);
  const shown = names.map((name) => [name, keys.get(name) ?? {}] as const);
  return { data: { keys: [...names], key_info: Object.fromEntries(shown) } };
};
