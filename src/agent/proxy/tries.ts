import { ConnectionError, type RawAnswer } from "../../client/index.ts";
import { fraction, type RandomSource } from "../../std/random.ts";
import type { Timer } from "../../std/timer.ts";

/** When a request is tried again, and after how long. */

/** Milliseconds before another try, and the longest the server may ask for. Source: Vault `api.DefaultConfig`. */
const FIRST_WAIT = 1000;
const LAST_WAIT = 1500;
const LONGEST_ASKED = 60_000;

/** Too many requests, a state that is not there yet, a server in trouble. Source: Vault `api.DefaultRetryPolicy`. */
const isPassing = (status: number): boolean => status === 412 || status === 429 || (status >= 500 && status !== 501);

const waitFor = (attempt: number, random: RandomSource, asked: string | undefined): number => {
  if (asked !== undefined && /^\d{1,9}$/.test(asked)) return Math.min(Number(asked) * 1000, LONGEST_ASKED);
  const longest = Math.min(FIRST_WAIT * 2 ** Math.min(attempt, 10), LAST_WAIT);
  return longest * (0.75 + fraction(random) / 4);
};

/** Milliseconds after which another try may help; `undefined`: this is the answer. Attempts count from 0. */
export const waitAfter = (
  outcome: RawAnswer | ConnectionError,
  attempt: number,
  random: RandomSource,
): number | undefined => {
  if (outcome instanceof ConnectionError) return waitFor(attempt, random, undefined);
  if (!isPassing(outcome.status)) return undefined;
  return waitFor(attempt, random, [outcome.headers["retry-after"] ?? []].flat()[0]);
};

/** Waits, or less long where the sender does not wait either. */
export const pause = (timer: Timer, ms: number, gone: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const end = (): void => {
      cancel();
      gone.removeEventListener("abort", end);
      resolve();
    };
    const cancel = timer(ms, end);
    gone.addEventListener("abort", end);
  });
