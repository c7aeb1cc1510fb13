import { createSecretKey } from "node:crypto";
import { type BoundedMap, createBoundedMap } from "../std/bounded-map.ts";
import type { Clock } from "../std/time.ts";
import { createDataKey, type DataKey } from "./envelope.ts";
import { OpenRefused } from "./errors.ts";
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
 * would change every address.
 */

/** The index key of a domain, or a version of its data key. */
export interface WrappedKey<Use extends "index" | number = "index" | number> {
  readonly use: Use;
  readonly wrapped: Uint8Array;
}

/** Where wrapped keys are stored. Implemented by storage. */
export interface KeyShelf {
  /** The index key and the newest data key; both or neither exist. */
  newest(
    domain: string,
  ): Promise<{ readonly index?: WrappedKey<"index"> | undefined; readonly data?: WrappedKey<number> | undefined }>;
  version(domain: string, version: number): Promise<WrappedKey<number> | undefined>;
  /** All of them, or none: `false` when one exists already. */
  add(domain: string, keys: readonly WrappedKey[]): Promise<boolean>;
  /** Empties every key of the domain and leaves its place taken: a domain that lost its keys never gets new ones. */
  empty(domain: string): Promise<void>;
}

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
  readonly names: OpaqueNames;
  current: DataKey;
  readonly others: BoundedMap<number, DataKey>;
  readonly loadedAt: number;
}

const MAX_AGE_MS = 15 * 60 * 1000;
/** A domain of keys is a few hundred bytes; a mount beyond these costs a query and two calls to KMS each time. */
const MAX_DOMAINS = 1000;
const MAX_OLD_VERSIONS = 16;

const useText = (use: WrappedKey["use"]): string => (use === "index" ? use : `data:${use}`);

export const createKeyring = (options: {
  readonly wrap: KeyWrap;
  readonly shelf: KeyShelf;
  readonly clock: Clock;
  readonly maxDomains?: number;
}): Keyring => {
  const { wrap, shelf, clock, maxDomains = MAX_DOMAINS } = options;
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

  const add = async (domain: string, uses: readonly WrappedKey["use"][]): Promise<boolean> => {
    const made = await Promise.all(
      uses.map(async (use) => ({ use, wrapped: await wrap.make({ domain, use: useText(use) }) })),
    );
    return shelf.add(domain, made);
  };

  const lost = (domain: string): OpenRefused => new OpenRefused(`domain ${domain} has lost a wrapped key`);

  const find = async (domain: string): Promise<{ index: WrappedKey<"index">; data: WrappedKey<number> }> => {
    const { index, data } = await shelf.newest(domain);
    if (index === undefined && data === undefined) throw new OpenRefused(`domain ${domain} has no keys`);
    if (index === undefined || data === undefined) throw lost(domain);
    return { index, data };
  };

  const dataKey = (domain: string, key: WrappedKey<number>): Promise<DataKey> =>
    unwrap(domain, key, (plain) => createDataKey(key.use, plain));

  const load = async (domain: string): Promise<DomainKeys> => {
    const target = cache;
    const loadedAt = clock.now();
    const { index, data } = await find(domain);
    const [names, current] = await Promise.all([
      unwrap(domain, index, (plain) => createNames(createSecretKey(plain))),
      dataKey(domain, data),
    ]);
    const keys: DomainKeys = {
      names,
      current,
      others: createBoundedMap(MAX_OLD_VERSIONS),
      loadedAt,
    };
    // A load that began before a rotation may end after it: the newer key stays.
    const held = target.get(domain);
    if (held !== undefined && held.loadedAt >= loadedAt && held.current.version > current.version) return held;
    target.set(domain, keys);
    return keys;
  };

  const keysOf = async (domain: string): Promise<DomainKeys> => {
    const held = cache.get(domain);
    if (held !== undefined) {
      const age = clock.now() - held.loadedAt;
      if (age >= 0 && age < MAX_AGE_MS) {
        cache.set(domain, held);
        return held;
      }
      cache.delete(domain);
    }
    return once(domain, () => load(domain));
  };

  const loadVersion = async (domain: string, version: number, keys: DomainKeys): Promise<DataKey> => {
    const wrapped = await shelf.version(domain, version);
    if (wrapped === undefined) throw new OpenRefused(`domain ${domain} has no key version ${version}`);
    const key = await dataKey(domain, wrapped);
    if (key.version > keys.current.version) {
      keys.others.set(keys.current.version, keys.current);
      keys.current = key;
    } else {
      keys.others.set(key.version, key);
    }
    return key;
  };

  return {
    make: async (domain) => {
      const { index, data } = await shelf.newest(domain);
      if (index !== undefined && data !== undefined) return;
      if (index !== undefined || data !== undefined) throw lost(domain);
      // If two make them at once, one wins; both continue with the winner's.
      await add(domain, ["index", 1]);
    },
    current: async (domain) => (await keysOf(domain)).current,
    version: async (domain, version) => {
      const keys = await keysOf(domain);
      if (keys.current.version === version) return keys.current;
      const old = keys.others.get(version);
      return old ?? once(`${domain} ${version}`, () => loadVersion(domain, version, keys));
    },
    names: async (domain) => (await keysOf(domain)).names,
    rotate: async (domain) => {
      const { data } = await find(domain);
      const version = data.use + 1;
      // Of two rotations at once one adds the version; it is new for both.
      await add(domain, [version]);
      cache.delete(domain);
      loading.delete(domain);
      return version;
    },
    shred: async (domain) => {
      await shelf.empty(domain);
      cache.delete(domain);
      loading.delete(domain);
    },
    drop: () => {
      cache = createBoundedMap(maxDomains);
      loading = new Map();
    },
  };
};
