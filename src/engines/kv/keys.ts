import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { type Change, change, leave } from "../../storage/change.ts";
import type { Address, Entry, View, Write } from "../../storage/store.ts";
import { type Key, packKey, packVersion, unpackKey } from "./record.ts";

/**
 * How a key is read and changed. Every change is one transaction under the condition that the key's item is as it was
 * read, so the operations on one key follow one another as if under a lock. It must never write a version's item
 * outside such a transaction: the item `m` alone says which of them count.
 */

/** Versions erased in one transaction: each may be several items, and a transaction holds 100. */
export const BATCH = 20;

export const keyAddress = (view: View, path: string): Address => view.record(path, "m");

export const versionAddress = (view: View, path: string, version: number): Address =>
  view.record(path, `v#${String(version).padStart(10, "0")}`);

export const hasKey = async (view: View, path: string): Promise<boolean> =>
  (await view.get(keyAddress(view, path))) !== undefined;

export const findKey = async (view: View, path: string): Promise<Key | undefined> => {
  if (path.endsWith("/")) return undefined;
  const entry = await view.get(keyAddress(view, path));
  return entry && unpackKey(entry.body);
};

/**
 * Deletion of a path that ends in `/`: no secret has such a path, so there is nothing to delete. Throws
 * `invalid_request` where the same path without the slash is a secret, because a success would say that it is gone.
 */
export const removeFolder = async (path: string, cx: BackendContext): Promise<undefined> => {
  const bare = path.replace(/\/$/, "");
  if (bare !== "" && (await hasKey(cx.storage, bare))) throw invalidRequest("cannot delete a path ending in '/'");
  return undefined;
};

export interface KeyChange<T> {
  /** What the key shall be from now on. Absent: as it is, nothing is written. */
  readonly key?: Key | "removed";
  /** Writes of the same transaction. */
  readonly also?: readonly Write[];
  readonly result: T;
}

const changeOf = <T>(view: View, path: string, entry: Entry | undefined, step: KeyChange<T>): Change<T> => {
  const { key, also = [], result } = step;
  if (key === undefined) return leave(result);
  // The listing entry is put with the key's item and deleted with it, so one is there if and only if the other is.
  const listing = { address: view.listing(path), when: "any" } as const;
  if (key === "removed") return { op: "delete", also: [{ op: "delete", ...listing }, ...also], result };
  const body = packKey(key);
  return entry
    ? { op: "put", body, also, result }
    : { op: "put", body, also: [{ op: "put", body: null, ...listing }, ...also], result };
};

/**
 * Reads a key, asks what shall become of it, writes that; asks again when somebody else was first.
 *
 * `decide` may be called more than once and throws to refuse. Throws `storage_unavailable` when it loses too often.
 * `step` names the write for crash-point tests. Cost: the write alone when the key was prefetched.
 */
export const changeKey = <T>(
  cx: BackendContext,
  path: string,
  step: string,
  decide: (key: Key | undefined) => KeyChange<T>,
): Promise<T> =>
  change(
    cx.storage,
    keyAddress(cx.storage, path),
    (entry) => changeOf(cx.storage, path, entry, decide(entry && unpackKey(entry.body))),
    {
      around: (write) => cx.crash(`kv.write.${step}`, write),
      busy: { wire: "too many concurrent writes to this key" },
    },
  );

const eraseRange = (view: View, path: string, from: number, to: number): Write[] => {
  const writes: Write[] = [];
  for (let version = from; version < to; version++) {
    writes.push({ op: "delete", address: versionAddress(view, path, version), when: "any" });
  }
  return writes;
};

/** Erases some of what the key no longer counts among its versions, a batch at most. `items`: what may have an item. */
export const sweepStep = (view: View, path: string, key: Key, items = key.current): KeyChange<boolean> => {
  const swept = Math.min(key.first, key.swept + BATCH);
  const also = eraseRange(view, path, key.swept, Math.min(swept, items));
  return { key: { ...key, swept }, also, result: swept < key.first };
};

/** The writes of a new version: the one before moves to its own item, and what fell out of the limit is erased. */
export const appendStep = (view: View, path: string, before: Key, after: Key): KeyChange<boolean> => {
  const step = sweepStep(view, path, after, before.current);
  if (before.data === undefined || before.current < after.first) return step;
  const address = versionAddress(view, path, before.current);
  const archive: Write = { op: "put", address, body: packVersion(before.current, before.data), when: "any" };
  return { ...step, also: [archive, ...(step.also ?? [])] };
};

/**
 * Removes a key with all its versions. A long history goes in steps, oldest versions first; a crash between two steps
 * leaves a sound key with fewer old versions, and the same call finishes the work. Answers whether more is left.
 */
export const removeStep = (view: View, path: string, key: Key): KeyChange<boolean> => {
  const swept = key.swept + BATCH;
  if (swept >= key.current) {
    return { key: "removed", also: eraseRange(view, path, key.swept, key.current), result: false };
  }
  const first = Math.max(key.first, swept);
  const versions = key.versions.slice(first - key.first);
  const rest: Key = { ...key, first, oldest: Math.max(key.oldest, first), swept, versions };
  return { key: rest, also: eraseRange(view, path, key.swept, swept), result: true };
};
