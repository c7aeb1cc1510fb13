/**
 * What a backend may keep in the memory of one process, for one mount. It is emptied when the server is sealed, when
 * the mount is tuned, moved or removed, and when the data keys rotate: as soon as this process hears of it, which is
 * with its next request or tick. So it is for what may be a little old, never for a decision about rights.
 */
export interface Cache<T> {
  get(key: string): T | undefined;
  /** Ignored, and disposed of, once the cache was emptied: what an older request found out is old. */
  set(key: string, value: T): void;
  delete(key: string): void;
}

export interface CacheOptions<T> {
  /** Older values are gone. */
  readonly maxAgeMs: number;
  /** The most values; the oldest goes first. 1,000 unless given. */
  readonly most?: number;
  /** Told of every value that goes: connections to close, key bytes to erase. Must not throw. */
  readonly dispose?: (value: T) => void;
}

/** The caches of one mount, by name; the first use of a name decides its options. */
export type FindCache = <T>(name: string, options: CacheOptions<T>) => Cache<T>;
