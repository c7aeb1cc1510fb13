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
 * The storage of one mount: the store, with every address checked to lie in the mount's partitions and under its keys.
 *
 * Security: a backend gets a view and nothing else; an address of another mount or of core is refused before any call.
 */

const SPACE = /^[a-z][a-z0-9-]*$/;

/** Spaces of core; of those with mounts in their keys a view reaches `data` and `list` as wholes, and `kv` for records. */
const RESERVED: ReadonlySet<string> = new Set(Object.values(SPACES).filter((space) => space !== SPACES.kv));

const checkSpace = (space: string): string => {
  if (!SPACE.test(space) || RESERVED.has(space)) throw broken(`${JSON.stringify(space)} is no space for records`);
  return space;
};

const isRecord = (pk: string, mount: MountId): boolean => {
  const [space = "", owner, path] = pk.split("#", 3);
  return owner === mount && path !== undefined && SPACE.test(space) && !RESERVED.has(space);
};

export const createView = (store: Store, mount: MountId, names: Names): View => {
  const own = (address: Address): Address => {
    const { pk, domain } = address;
    const inside = pk === dataPartition(mount) || pk === listingPartition(mount) || isRecord(pk, mount);
    if (!inside || domain !== mount) throw broken("a backend reached outside its view");
    return address;
  };

  return {
    mount,
    at: (key) => dataAddress(mount, names, key),
    record: (space, path, item) => recordAddress(mount, names, checkSpace(space), path, item),
    listing: (path) => listingAddress(mount, names, path),
    get: async (address) => (await store.get([own(address)]))[0],
    getMany: (addresses) => store.get(addresses.map(own)),
    write: async (writes) => {
      for (const { address } of writes) own(address);
      await store.write(writes);
    },
    take: (address) => store.take(own(address)),
    items: (space, path, options) =>
      store.query(recordPartition(mount, names, checkSpace(space), path), mount, options),
    list: (prefix, from = "data") => {
      const pk = from === "data" ? dataPartition(mount) : listingPartition(mount);
      return store.children({ pk, domain: mount }, names, prefix);
    },
    tag: names.tag,
  };
};
