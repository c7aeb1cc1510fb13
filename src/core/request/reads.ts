import type { Address, Entry, Store, View } from "../../storage/store.ts";

/**
 * One request's reads: what was prefetched together is served once, to the first reader; everything else, and
 * everything after that, is read from the table, so a retry after a lost race sees the write that won.
 */
export interface Reads {
  prefetch(addresses: readonly Address[]): Promise<void>;
  get(addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]>;
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

export const createReads = (store: Store): Reads => {
  const fetched = new Map<string, Fetched>();

  const keep = (addresses: readonly Address[], entries: readonly (Entry | undefined)[]): void => {
    for (const [index, address] of addresses.entries()) fetched.set(keyOf(address), { entry: entries[index] });
  };

  const take = (address: Address): Fetched | undefined => {
    const key = keyOf(address);
    const found = fetched.get(key);
    if (found) fetched.delete(key);
    return found;
  };

  const get = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const taken = addresses.map(take);
    const missing = addresses.filter((_, index) => !taken[index]);
    const read = missing.length === 0 ? [] : await store.get(missing);
    let at = 0;
    return taken.map((one) => (one ? one.entry : read[at++]));
  };

  /** Reads and keeps: what is looked at here is served once more. */
  const look = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const entries = await get(addresses);
    keep(addresses, entries);
    return entries;
  };

  return {
    get,
    peek: (address) => fetched.get(keyOf(address))?.entry,
    prefetch: async (addresses) => {
      const unique = [...new Map(addresses.map((address) => [keyOf(address), address])).values()];
      if (unique.length === 0) return;
      keep(unique, await store.get(unique));
    },
    over: (view) => ({
      ...view,
      get: async (address) => (await get([address]))[0],
      getMany: get,
    }),
    looking: (view) => ({ ...view, get: async (address) => (await look([address]))[0], getMany: look }),
  };
};
