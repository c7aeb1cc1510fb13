import { createBoundedMap } from "../../std/bounded-map.ts";

/**
 * Remembers what was found, for a short time; never that nothing was found. Callers who ask the same thing at once
 * share one question. Bounded: the oldest answer goes first.
 */
export interface PositiveCache<T> {
  /** `now` in milliseconds. A question that fails is forgotten. */
  get(key: string, now: number, ask: () => Promise<T | undefined>): Promise<T | undefined>;
}

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<T | undefined>;
}

export const positiveCache = <T>(maxAgeMs: number, most = 1000): PositiveCache<T> => {
  const kept = createBoundedMap<string, Kept<T>>(most);
  const forget = (key: string, entry: Kept<T>): void => {
    if (kept.get(key) === entry) kept.delete(key);
  };
  return {
    get(key, now, ask) {
      const known = kept.get(key);
      if (known && now >= known.at && now - known.at < maxAgeMs) return known.answer;
      const entry: Kept<T> = { at: now, answer: ask() };
      kept.set(key, entry);
      entry.answer.then(
        (found) => found === undefined && forget(key, entry),
        () => forget(key, entry),
      );
      return entry.answer;
    },
  };
};

/** One key for several parts, such that different parts never make one key. */
export const cacheKey = (...parts: readonly (string | undefined)[]): string =>
  JSON.stringify(parts.map((part) => part ?? null));
