import { createHash } from "node:crypto";
import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { change } from "../../storage/change.ts";
import type { Address, Entry, View } from "../../storage/store.ts";
import { type RevocationList, readRevocationList } from "../../x509/index.ts";

/**
 * The lists of revoked certificates of a mount, as stored: an index that every login reads, and each list whole, which
 * is read where this process does not have it yet. Both are written together.
 */

const indexed = z.object({
  name: z.string(),
  /** SHA-256 of the list: names what this process may have in memory. */
  digest: z.string(),
  /** `""`: the list was given, not fetched. */
  url: z.string(),
  /** Milliseconds since 1970. */
  fetched: z.number(),
  thisUpdate: z.number(),
  /** Where the issuer promised none: `null`. */
  nextUpdate: z.number().nullable(),
});
export type Indexed = z.output<typeof indexed>;

const index = z.object({ lists: z.array(indexed) });
const stored = z.object({ list: z.string() });

/** A mount holds no more: every login reads the index, and a chain is checked against all lists of its issuers. */
const MOST_LISTS = 200;

export const indexAddress = (storage: View): Address => storage.at("crl-index");
const listAddress = (storage: View, name: string): Address => storage.at(`crl/${name}`);

const listsIn = (entry: Entry | undefined): readonly Indexed[] => (entry ? index.parse(entry.body).lists : []);

/** In order of names. */
export const indexedLists = async (storage: View): Promise<readonly Indexed[]> =>
  listsIn(await storage.get(indexAddress(storage)));

const cacheOf = (cx: Pick<BackendContext, "cache">) =>
  cx.cache<RevocationList>("revocation-lists", { maxAgeMs: 3_600_000, most: MOST_LISTS });

/** A list; `undefined` where it was removed or replaced meanwhile. */
export const listOf = async (
  { name, digest }: Pick<Indexed, "name" | "digest">,
  cx: Pick<BackendContext, "cache" | "storage">,
): Promise<RevocationList | undefined> => {
  const cache = cacheOf(cx);
  const known = cache.get(digest);
  if (known) return known;
  const entry = await cx.storage.get(listAddress(cx.storage, name));
  if (!entry) return undefined;
  const bytes = Buffer.from(stored.parse(entry.body).list, "base64");
  if (digestOf(bytes) !== digest) return undefined;
  const read = readRevocationList(bytes);
  cache.set(digest, read);
  return read;
};

const digestOf = (der: Uint8Array): string => createHash("sha256").update(der).digest("base64url");

export interface Received {
  /** PEM or DER. */
  readonly bytes: Uint8Array;
  readonly list: RevocationList;
  /** `""`: given, not fetched. */
  readonly url: string;
}

const byName = (a: Indexed, b: Indexed): number => (a.name < b.name ? -1 : 1);

/** Keeps a list under a name, unless `keepsOld` says so of the one that is there now. Answers whether it was kept. */
export const keepList = (
  storage: View,
  name: string,
  { bytes, list, url }: Received,
  now: number,
  keepsOld: (before: Indexed | undefined) => boolean = () => false,
): Promise<boolean> =>
  change<boolean>(storage, indexAddress(storage), (entry) => {
    const lists = listsIn(entry);
    const others = lists.filter((one) => one.name !== name);
    if (keepsOld(lists.find((one) => one.name === name))) return { op: "leave", result: false };
    if (others.length >= MOST_LISTS) throw invalidRequest(`a mount keeps at most ${MOST_LISTS} lists`);
    const { thisUpdate, nextUpdate = null } = list;
    const next: Indexed = { name, digest: digestOf(bytes), url, fetched: now, thisUpdate, nextUpdate };
    const body = { list: Buffer.from(bytes).toString("base64") };
    return {
      op: "put",
      body: { lists: [...others, next].sort(byName) },
      also: [{ op: "put", address: listAddress(storage, name), body, when: "any" }],
      result: true,
    };
  });

/** Answers whether there was one. */
export const dropList = (storage: View, name: string): Promise<boolean> =>
  change<boolean>(storage, indexAddress(storage), (entry) => {
    const lists = listsIn(entry);
    const others = lists.filter((one) => one.name !== name);
    if (others.length === lists.length) return { op: "leave", result: false };
    return {
      op: "put",
      body: { lists: others },
      also: [{ op: "delete", address: listAddress(storage, name), when: "any" }],
      result: true,
    };
  });
