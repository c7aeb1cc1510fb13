import { isRefusal } from "../../storage/errors.ts";
import type { Address, Entry, Store, View } from "../../storage/store.ts";
import { ownOf } from "../../storage/view.ts";

/**
 * One request's reads: what was prefetched together is served once, to the first reader; everything else, and
 * everything after that, is read from the table, so a retry after a lost race sees the write that won.
 *
 * Security: a backend reads its own mount alone, whatever else was prefetched. An entry that it wanted and that does not
 * open fails when the backend reads it, after the request was allowed and recorded, and not before.
 */

/** As `Store.get`. */
export type ReadEntries = (addresses: readonly Address[]) => Promise<readonly (Entry | undefined)[]>;

export interface Reads {
  /** `own`: what a backend wants with them. */
  prefetch(addresses: readonly Address[], own?: readonly Address[]): Promise<void>;
  /** Addresses that the next read of the table takes along, and keeps as prefetched; without another read, none. */
  along(addresses: readonly Address[]): void;
  readonly get: ReadEntries;
  /** What was prefetched, which is served all the same. */
  peek(address: Address): Entry | undefined;
  /** The view with its reads served from here. */
  over(view: View): View;
  /** The view for a look that must not spend what was prefetched: the same reads serve the handler after it. */
  looking(view: View): View;
}

const keyOf = (address: Address): string => `${address.pk}\n${address.sk}`;

/** What was fetched of an address; no entry: there is none. */
interface Fetched {
  readonly entry: Entry | undefined;
}

/** The view, with its reads served by `read`. */
const reading = (view: View, read: ReadEntries): View => {
  const getMany: View["getMany"] = async (addresses) => read(addresses.map((address) => ownOf(view.mount, address)));
  return { ...view, get: async (address) => (await getMany([address]))[0], getMany };
};

export const createReads = (store: Store): Reads => {
  const fetched = new Map<string, Fetched>();
  let waiting: readonly Address[] = [];

  const keep = (addresses: readonly Address[], entries: readonly (Entry | undefined)[]): void => {
    for (const [index, address] of addresses.entries()) fetched.set(keyOf(address), { entry: entries[index] });
  };

  const take = (address: Address): Fetched | undefined => {
    const key = keyOf(address);
    const found = fetched.get(key);
    if (found) fetched.delete(key);
    return found;
  };

  /** Reads from the table what is asked for, and what waits to be taken along. */
  const read = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const asked = new Set(addresses.map(keyOf));
    const more = waiting.filter((address) => !asked.has(keyOf(address)));
    waiting = [];
    const entries = await store.get([...addresses, ...more]);
    keep(more, entries.slice(addresses.length));
    return entries.slice(0, addresses.length);
  };

  const get = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const taken = addresses.map(take);
    const missing = addresses.filter((_, index) => !taken[index]);
    const found = missing.length === 0 ? [] : await read(missing);
    let at = 0;
    return taken.map((one) => (one ? one.entry : found[at++]));
  };

  /** Reads and keeps: what is looked at here is served once more. */
  const look = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const entries = await get(addresses);
    keep(addresses, entries);
    return entries;
  };

  const fetch = async (addresses: readonly Address[]): Promise<void> => {
    const unique = [...new Map(addresses.map((address) => [keyOf(address), address])).values()];
    if (unique.length > 0) keep(unique, await read(unique));
  };

  return {
    get,
    peek: (address) => fetched.get(keyOf(address))?.entry,
    prefetch: async (addresses, own = []) => {
      try {
        await fetch([...addresses, ...own]);
      } catch (cause) {
        if (own.length === 0 || !isRefusal(cause)) throw cause;
        await fetch(addresses);
      }
    },
    along: (addresses) => {
      waiting = [...waiting, ...addresses];
    },
    over: (view) => reading(view, get),
    looking: (view) => reading(view, look),
  };
};
