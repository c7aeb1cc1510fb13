import { fraction, type RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import { unavailable } from "./errors.ts";

/** How often and how long a call to the table is retried before the caller is told to come back later. */

export interface Patience {
  /** Waits before the next try, or throws `storage_unavailable` when tries or time are used up. */
  pause(cause: unknown): Promise<void>;
}

export interface PatienceOptions {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sleep: (ms: number) => Promise<void>;
  /** Longest time from the first pause to the last try. */
  readonly budgetMs: number;
  /** Told of every repetition. */
  readonly onRetry: (reason: string) => void;
  /** Told when tries or time are used up. */
  readonly onGiveUp: (reason: string) => void;
}

/** Most tries of one call, whatever the time: a stopped clock must not mean retrying forever. */
const MAX_TRIES = 20;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 800;

/** `longestWaitMs`: the most that one pause may take. */
export type MakePatience = (what: string, longestWaitMs?: number) => Patience;

/**
 * Full jitter: a random wait below a limit that doubles, so that callers thrown back together do not return together.
 */
export const createPatience =
  ({ clock, random, sleep, budgetMs, onRetry, onGiveUp }: PatienceOptions): MakePatience =>
  (what, longestWaitMs = LONGEST_WAIT_MS) => {
    const end = clock.now() + budgetMs;
    let tries = 1;
    return {
      pause: async (cause) => {
        const wait = Math.ceil(fraction(random) * Math.min(longestWaitMs, FIRST_WAIT_MS * 2 ** tries));
        tries += 1;
        const name = cause instanceof Error ? cause.name : String(cause);
        if (tries > MAX_TRIES || clock.now() + wait > end) {
          onGiveUp(`${what}: ${name}`);
          throw unavailable(`${what}: ${name}`, cause);
        }
        onRetry(`${what}: ${name}`);
        await sleep(wait);
      },
    };
  };
