/**
 * A map that holds so many entries at most. What was set longest ago goes first; setting a key once more makes it the
 * youngest, reading it does not.
 */
export interface BoundedMap<K, V> {
  readonly size: number;
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): void;
  delete(key: K): void;
  clear(): void;
}

/**
 * `dropped` is called for every value that leaves: evicted, replaced by another, deleted, cleared. It must not throw.
 */
export const createBoundedMap = <K, V>(most: number, dropped?: (value: V) => void): BoundedMap<K, V> => {
  // A Map keeps the order in which its keys were added.
  const kept = new Map<K, V>();
  const remove = (key: K): void => {
    const value = kept.get(key);
    if (kept.delete(key) && value !== undefined) dropped?.(value);
  };
  return {
    get size() {
      return kept.size;
    },
    get: (key) => kept.get(key),
    has: (key) => kept.has(key),
    set: (key, value) => {
      if (kept.get(key) === value) kept.delete(key);
      else remove(key);
      kept.set(key, value);
      if (kept.size <= most) return;
      for (const oldest of kept.keys()) {
        if (kept.size <= most) return;
        remove(oldest);
      }
    },
    delete: remove,
    clear: () => {
      for (const key of [...kept.keys()]) remove(key);
    },
  };
};
