import { ConnectionError, type RawAnswer } from "../../client/index.ts";
import { isPassing, readRetryAfter, retryWait, USUAL_RETRY } from "../../client/retry.ts";
import { fraction, type RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";

/** Milliseconds after which another try may help; `undefined`: this is the answer. Attempts count from 0. */
export const waitAfter = (
  outcome: RawAnswer | ConnectionError,
  attempt: number,
  { random, clock }: { readonly random: RandomSource; readonly clock: Clock },
): number | undefined => {
  if (outcome instanceof ConnectionError) return retryWait(USUAL_RETRY, attempt, fraction(random));
  if (!isPassing(outcome.status)) return undefined;
  const [header] = [outcome.headers["retry-after"] ?? []].flat();
  return retryWait(USUAL_RETRY, attempt, fraction(random), readRetryAfter(header, clock.now()));
};
