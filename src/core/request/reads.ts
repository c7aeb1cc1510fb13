import type { Address, Entry, Store, View } from "../../storage/store.ts";

/**
 * One request's reads: what was prefetched together is served once, to the first reader; everything else, and
 * everything after that, is read from the table, so a retry after a lost race sees the write that won.
 */
export interface Reads {
  prefetch(addresses: readonly Address[]): Promise<void>;
  get(addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]>;
  /** The view with its reads served from here. */
  over(view: View): View;
  /** The view for a look that must not spend what was prefetched: the same reads serve the handler after it. */
  looking(view: View): View;
}

const keyOf = (address: Address): string => `${address.pk}\n${address.sk}`;

export const createReads = (store: Store): Reads => {
  const fetched = new Map<string, Entry | undefined>();

  const take = (address: Address): { readonly hit: boolean; readonly entry: Entry | undefined } => {
    const key = keyOf(address);
    if (!fetched.has(key)) return { hit: false, entry: undefined };
    const entry = fetched.get(key);
    fetched.delete(key);
    return { hit: true, entry };
  };

  const get = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const taken = addresses.map(take);
    const missing = addresses.filter((_, index) => !taken[index]?.hit);
    const read = missing.length === 0 ? [] : await store.get(missing);
    let at = 0;
    return taken.map((one) => (one.hit ? one.entry : read[at++]));
  };

  /** Reads and keeps: what is looked at here is served once more. */
  const look = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const entries = await get(addresses);
    for (const [index, address] of addresses.entries()) fetched.set(keyOf(address), entries[index]);
    return entries;
  };

  return {
    get,
    prefetch: async (addresses) => {
      const unique = [...new Map(addresses.map((address) => [keyOf(address), address])).values()];
      if (unique.length === 0) return;
      const entries = await store.get(unique);
      for (const [index, address] of unique.entries()) fetched.set(keyOf(address), entries[index]);
    },
    over: (view) => ({
      ...view,
      get: async (address) => (await get([address]))[0],
      getMany: get,
    }),
    looking: (view) => ({ ...view, get: async (address) => (await look([address]))[0], getMany: look }),
  };
};
