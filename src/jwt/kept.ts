import type { Clock } from "../std/time.ts";
import { SourceUnavailable } from "./errors.ts";

/**
 * Something fetched and kept for a while in the memory of one process. Callers that ask at the same time share one
 * fetch; a provider that does not answer is asked again only after a pause; what was fetched serves on for a bounded
 * time while it cannot be fetched again, and not a moment longer.
 */

export interface Kept<T> {
  /** Throws `SourceUnavailable`. */
  get(): Promise<T>;
  /** What was fetched after `known`, or can be fetched now; `undefined` where there is nothing newer. */
  newerThan(known: T): Promise<T | undefined>;
}

export interface KeptTimes {
  /** For so long it is not fetched again, unless something newer is asked for. */
  readonly freshMs: number;
  /** For so long it serves while its provider does not answer. */
  readonly longestMs: number;
}

/** Every five minutes; an hour through an outage. */
export const KEPT_TIMES: KeptTimes = { freshMs: 300_000, longestMs: 3_600_000 };

/** Between two fetches because something was unknown: a stranger's tokens cause no more than this. */
const UNKNOWN_PAUSE_MS = 30_000;
/** Between two fetches of which the first failed. */
const FAILURE_PAUSE_MS = 5_000;

interface Box<T> {
  readonly value: T;
  readonly at: number;
}

export const createKept = <T>(
  load: () => Promise<T>,
  clock: Clock,
  { freshMs, longestMs }: KeptTimes = KEPT_TIMES,
): Kept<T> => {
  let kept: Box<T> | undefined;
  let failed: Box<SourceUnavailable> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let flight: Promise<Box<T> | SourceUnavailable> | undefined;

  /** A clock that was set back makes things old, never young. */
  const youngerThan = (at: number, ms: number): boolean => clock.now() >= at && clock.now() - at < ms;

  const fetchNow = async (): Promise<Box<T> | SourceUnavailable> => {
    triedAt = clock.now();
    try {
      const value = await load();
      kept = { value, at: clock.now() };
      failed = undefined;
      return kept;
    } catch (cause) {
      const why = cause instanceof SourceUnavailable ? cause : new SourceUnavailable("unexpected", { cause });
      failed = { value: why, at: clock.now() };
      return why;
    } finally {
      flight = undefined;
    }
  };
  const attempt = (): Promise<Box<T> | SourceUnavailable> => {
    if (!flight && failed && youngerThan(failed.at, FAILURE_PAUSE_MS)) return Promise.resolve(failed.value);
    flight ??= fetchNow();
    return flight;
  };

  return {
    get: async () => {
      if (kept && youngerThan(kept.at, freshMs)) return kept.value;
      const got = await attempt();
      if (!(got instanceof SourceUnavailable)) return got.value;
      if (kept && youngerThan(kept.at, longestMs)) return kept.value;
      throw got;
    },
    newerThan: async (known) => {
      if (!flight && kept && kept.value !== known) return kept.value;
      if (!flight && youngerThan(triedAt, UNKNOWN_PAUSE_MS)) return undefined;
      const got = await attempt();
      return got instanceof SourceUnavailable ? undefined : got.value;
    },
  };
};
