import { SPACES } from "../contract/table.ts";
import type { MountId } from "../std/brand.ts";
import { broken } from "./errors.ts";
import {
  dataAddress,
  dataPartition,
  listingAddress,
  listingPartition,
  recordAddress,
  recordPartition,
} from "./keys.ts";
import type { Address, Names, Store, View } from "./store.ts";

/**
 * The storage of one mount: the store, with every address checked to be in the mount's partitions and under its keys.
 *
 * Security: a backend gets a view and nothing else; an address of another mount or of core is refused before any call.
 */

/** A view reaches its mount's part of `data` and `list` as wholes, and of `rec` by path. */
const isRecord = (pk: string, mount: MountId): boolean => {
  const [space, owner, path] = pk.split("#", 3);
  return space === SPACES.record && owner === mount && path !== undefined;
};

/** The address, if it is in a mount's partitions and under its keys. */
export const ownOf = (mount: MountId, address: Address): Address => {
  const { pk, domain } = address;
  const inside = pk === dataPartition(mount) || pk === listingPartition(mount) || isRecord(pk, mount);
  if (!inside || domain !== mount) throw broken("a backend reached outside its view");
  return address;
};

export const createView = (store: Store, mount: MountId, names: Names): View => {
  const own = (address: Address): Address => ownOf(mount, address);

  return {
    mount,
    at: (key) => dataAddress(mount, names, key),
    record: (path, item) => recordAddress(mount, names, path, item),
    listing: (path) => listingAddress(mount, names, path),
    get: async (address) => (await store.get([own(address)]))[0],
    getMany: (addresses) => store.get(addresses.map(own)),
    write: async (writes) => {
      for (const { address } of writes) own(address);
      await store.write(writes);
    },
    take: (address) => store.take(own(address)),
    items: (path, options) => store.query(recordPartition(mount, names, path), mount, options),
    list: (prefix, from = "data") => {
      const pk = from === "data" ? dataPartition(mount) : listingPartition(mount);
      return store.children({ pk, domain: mount }, names, prefix);
    },
    walk: (prefix, options) => store.walk({ pk: listingPartition(mount), domain: mount }, names, prefix, options),
    tag: names.tag,
  };
};
