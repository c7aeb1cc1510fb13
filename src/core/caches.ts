import type { Cache, CacheOptions, FindCache } from "../framework/cache.ts";
import { createBoundedMap } from "../std/bounded-map.ts";
import type { MountId } from "../std/brand.ts";
import type { Clock } from "../std/time.ts";
import { SETTINGS, settingIn } from "./config/settings.ts";
import type { Snapshot } from "./config/types.ts";
import { mountById } from "./mounts/find.ts";

/**
 * The memory of backends in this process, tied to the configuration. Every load of the configuration is compared with
 * the one before: a mount that is gone or was changed in any way loses its caches, and so does every mount when the
 * server was sealed or the data keys were rotated.
 */

interface Kept<T> {
  readonly value: T;
  at: number;
}

/** One generation of a mount's caches; a request holds on to the one it began with. */
interface Space {
  readonly caches: Map<string, { empty(): void; readonly cache: unknown }>;
  live: boolean;
}

const MOST = 1000;

/** Whether a mount is as it was; one that is in neither configuration is. */
const isSame = (before: Snapshot | undefined, after: Snapshot, id: MountId): boolean => {
  const [was, is] = [before && mountById(before, id), mountById(after, id)];
  return was === is || JSON.stringify(was) === JSON.stringify(is);
};

export interface Caches {
  of(mount: MountId): FindCache;
  /** Empties the caches that a change of the configuration has made stale. */
  follow(snapshot: Snapshot): void;
}

export const createCaches = ({ clock }: { readonly clock: Clock }): Caches => {
  const spaces = new Map<MountId, Space>();
  let before: Snapshot | undefined;
  let term = "";

  const makeCache = <T>(space: Space, { maxAgeMs, most = MOST, dispose }: CacheOptions<T>) => {
    const kept = createBoundedMap<string, Kept<T>>(most, ({ value }) => dispose?.(value));
    const cache: Cache<T> = {
      get: (key) => {
        const found = kept.get(key);
        if (!found) return undefined;
        const age = clock.now() - found.at;
        if (age >= 0 && age < maxAgeMs) return found.value;
        kept.delete(key);
        return undefined;
      },
      set: (key, value) => {
        if (!space.live) return dispose?.(value);
        // The same value set again counts as new, and is not dropped.
        const known = kept.get(key);
        const next = known?.value === value ? known : { value, at: 0 };
        next.at = clock.now();
        kept.set(key, next);
      },
      delete: kept.delete,
    };
    return { cache, empty: kept.clear };
  };

  const spaceOf = (mount: MountId): Space => {
    const known = spaces.get(mount);
    if (known) return known;
    const space: Space = { caches: new Map(), live: true };
    spaces.set(mount, space);
    return space;
  };

  const empty = (mount: MountId, space: Space): void => {
    spaces.delete(mount);
    space.live = false;
    for (const { empty } of space.caches.values()) empty();
  };

  return {
    of: (mount) => {
      const space = spaceOf(mount);
      return <T>(name: string, options: CacheOptions<T>): Cache<T> => {
        const known = space.caches.get(name) ?? makeCache(space, options);
        space.caches.set(name, known);
        // One backend uses one name for one type of value.
        return known.cache as Cache<T>;
      };
    },
    follow: (snapshot) => {
      const next = JSON.stringify(settingIn(snapshot, SETTINGS.keyTerm) ?? null);
      for (const [mount, space] of [...spaces]) {
        if (snapshot.sealed || next !== term || !isSame(before, snapshot, mount)) empty(mount, space);
      }
      before = snapshot;
      term = next;
    },
  };
};
