import { createSecretKey } from "node:crypto";
import { type BoundedMap, createBoundedMap } from "../std/bounded-map.ts";
import type { Clock } from "../std/time.ts";
import { createDataKey, type DataKey } from "./envelope.ts";
import { OpenRefused } from "./errors.ts";
import { createNewestKeys, type KeyShelf, lostKey, type WrappedKey } from "./key-shelf.ts";
import type { KeyWrap } from "./kms.ts";
import { createNames, type OpaqueNames } from "./names.ts";

/**
 * Holds the data keys and index keys of every domain, for at most 15 minutes in memory. Keys are in the table, wrapped
 * by KMS. They are made when somebody says so (at initialization, at mounting), never because they are missing: keys
 * made over lost ones would hide the loss and seal new entries apart from the old.
 *
 * Security: the context of a wrapped key names its domain, use and version, so a wrapped key moved in the table does
 * not unwrap. Plain key bytes are erased as soon as they are in a `KeyObject`, which neither prints nor serialises.
 * Failures are never cached. Old versions keep opening; only the newest seals. The index key is made once: rotating it
 * would change every address. A key is unwrapped when it is first asked for, or begun to be because it soon will be:
 * the age of all keys is that of the read of the table which found them wrapped.
 */

export interface Keyring {
  /**
   * Makes the keys of a domain that has none; without effect where both exist. Throws `OpenRefused` where one is lost.
   */
  make(domain: string): Promise<void>;
  /** The key that seals. Throws `OpenRefused` where the domain has no keys. */
  current(domain: string): Promise<DataKey>;
  /** A key that opens. Throws `OpenRefused` for a version that does not exist. */
  version(domain: string, version: number): Promise<DataKey>;
  names(domain: string): Promise<OpaqueNames>;
  /**
   * Begins to load what will soon be asked for, `names` or `current`, side by side with whatever is done meanwhile.
   * What it answers waits for it and throws what it threw; it may be left alone. `undefined`: it is at hand.
   */
  begin(domain: string, what: "names" | "current"): (() => Promise<void>) | undefined;
  /**
   * The same for all keys of the domains that fit, where the shelf has them together and they are at most `most`: for
   * who does not know yet which of them it will need. Never throws, and may be left alone.
   */
  beginFew(fits: (domain: string) => boolean, most: number): Promise<void>;
  /**
   * Adds a version and answers its number, without seeing any key of the domain. Environments that hold the old one
   * seal with it until their cache ends.
   */
  rotate(domain: string): Promise<number>;
  /**
   * Empties every wrapped key of a domain: what they sealed cannot be opened again. Environments that hold the keys in
   * memory lose them when their cache ends.
   */
  shred(domain: string): Promise<void>;
  /** Forgets every key held in memory. */
  drop(): void;
}

interface DomainKeys {
  readonly index: WrappedKey<"index">;
  /** Of the version that seals. */
  data: WrappedKey<number>;
  names: Promise<OpaqueNames> | undefined;
  current: Promise<DataKey> | undefined;
  readonly others: BoundedMap<number, DataKey>;
  readonly readAt: number;
}

/**
 * The keys of a domain are a few hundred bytes, and at most 50 KB with the paths that `names.ts` remembers, each as long
 * as a request allows. A mount beyond these costs a query and a call to KMS for each key.
 */
const MAX_DOMAINS = 1000;
const MAX_OLD_VERSIONS = 16;

/** For a promise whose failure is reported to whoever asks for the same later. */
const leave = (): undefined => undefined;

const useText = (use: WrappedKey["use"]): string => (use === "index" ? use : `data:${use}`);

export const createKeyring = (options: {
  readonly wrap: KeyWrap;
  readonly shelf: KeyShelf;
  readonly clock: Clock;
  readonly maxDomains?: number;
}): Keyring => {
  const { wrap, shelf, clock, maxDomains = MAX_DOMAINS } = options;
  const newestKeys = createNewestKeys({ shelf, clock });
  let cache = createBoundedMap<string, DomainKeys>(maxDomains);
  let loading = new Map<string, Promise<unknown>>();

  /** One load per key at a time. `drop` replaces the maps, so a load begun before it leaves nothing behind. */
  const once = <T>(key: string, load: () => Promise<T>): Promise<T> => {
    const flights = loading;
    const known = flights.get(key);
    // The key of a flight determines its type: every caller of one key passes the same `load`.
    if (known !== undefined) return known as Promise<T>;
    const flight = load().finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  };

  const unwrap = async <T>(domain: string, key: WrappedKey, keep: (plain: Uint8Array) => T): Promise<T> => {
    const plain = await wrap.unwrap({ domain, use: useText(key.use) }, key.wrapped);
    try {
      return keep(plain);
    } finally {
      plain.fill(0);
    }
  };

  const wrapNew = async <Use extends WrappedKey["use"]>(domain: string, use: Use): Promise<WrappedKey<Use>> => ({
    use,
    wrapped: await wrap.make({ domain, use: useText(use) }),
  });

  const dataKey = (domain: string, key: WrappedKey<number>): Promise<DataKey> =>
    unwrap(domain, key, (plain) => createDataKey(key.use, plain));

  const load = async (domain: string): Promise<DomainKeys> => {
    const target = cache;
    const newest = await newestKeys.of(domain);
    const keys: DomainKeys = {
      ...newest,
      names: undefined,
      current: undefined,
      others: createBoundedMap(MAX_OLD_VERSIONS),
    };
    // A load that began before a rotation may end after it: the newer key stays.
    const held = target.get(domain);
    if (held !== undefined && held.readAt >= keys.readAt && held.data.use > keys.data.use) return held;
    target.set(domain, keys);
    return keys;
  };

  const keysOf = async (domain: string): Promise<DomainKeys> => {
    const held = cache.get(domain);
    if (held !== undefined) {
      if (newestKeys.isYoung(held.readAt)) {
        cache.set(domain, held);
        return held;
      }
      cache.delete(domain);
    }
    return once(domain, () => load(domain));
  };

  /** After a failure the wrapped key is read once more: it may have been mended. */
  const forget = (domain: string, keys: DomainKeys): void => {
    if (cache.get(domain) === keys) cache.delete(domain);
  };

  const namesOf = (domain: string, keys: DomainKeys): Promise<OpaqueNames> => {
    if (keys.names !== undefined) return keys.names;
    const names = unwrap(domain, keys.index, (plain) => createNames(createSecretKey(plain)));
    keys.names = names;
    names.catch(() => forget(domain, keys));
    return names;
  };

  const currentOf = (domain: string, keys: DomainKeys): Promise<DataKey> => {
    if (keys.current !== undefined) return keys.current;
    const current = dataKey(domain, keys.data);
    keys.current = current;
    current.catch(() => forget(domain, keys));
    return current;
  };

  const loadVersion = async (domain: string, version: number, keys: DomainKeys): Promise<DataKey> => {
    const wrapped = await shelf.version(domain, version);
    if (wrapped === undefined) throw new OpenRefused(`domain ${domain} has no key version ${version}`);
    const key = await dataKey(domain, wrapped);
    if (key.version > keys.data.use) {
      keys.current?.then((older) => keys.others.set(older.version, older), leave);
      keys.data = wrapped;
      keys.current = Promise.resolve(key);
    } else {
      keys.others.set(key.version, key);
    }
    return key;
  };

  /** What is read next is what the table has now. */
  const readAgain = (domain: string): void => {
    newestKeys.forget();
    cache.delete(domain);
    loading.delete(domain);
  };

  const begin: Keyring["begin"] = (domain, what) => {
    const held = cache.get(domain);
    if (held !== undefined && held[what] !== undefined && newestKeys.isYoung(held.readAt)) return undefined;
    const begun = keysOf(domain).then(async (keys) => {
      await (what === "names" ? namesOf(domain, keys) : currentOf(domain, keys));
    });
    begun.catch(leave);
    return () => begun;
  };

  return {
    make: async (domain) => {
      const { index, data } = await shelf.newest(domain);
      if (index !== undefined && data !== undefined) return;
      if (index !== undefined || data !== undefined) throw lostKey(domain);
      const made = await Promise.all([wrapNew(domain, "index"), wrapNew(domain, 1)]);
      // If two make them at once, one wins; both continue with the winner's.
      await shelf.add(domain, made, { index: made[0], data: made[1] });
    },
    current: async (domain) => currentOf(domain, await keysOf(domain)),
    version: async (domain, version) => {
      const keys = await keysOf(domain);
      if (keys.data.use === version) return currentOf(domain, keys);
      const old = keys.others.get(version);
      return old ?? once(`${domain} ${version}`, () => loadVersion(domain, version, keys));
    },
    names: async (domain) => namesOf(domain, await keysOf(domain)),
    begin,
    beginFew: async (fits, most) => {
      const few = (await newestKeys.unasked().catch(() => [])).filter(fits);
      if (few.length > most) return;
      const begun = few.flatMap((domain) => [begin(domain, "names"), begin(domain, "current")]);
      await Promise.allSettled(begun.map((wait) => wait?.()));
    },
    rotate: async (domain) => {
      const { index, data } = await newestKeys.inRows(domain);
      const version = data.use + 1;
      const made = await wrapNew(domain, version);
      // Of two rotations at once one adds the version; it is new for both. Where the keys went meanwhile, this throws.
      if (!(await shelf.add(domain, [made], { index, data: made }))) await newestKeys.inRows(domain);
      readAgain(domain);
      return version;
    },
    shred: async (domain) => {
      await shelf.empty(domain);
      readAgain(domain);
    },
    drop: () => {
      cache = createBoundedMap(maxDomains);
      loading = new Map();
      newestKeys.forget();
    },
  };
};
