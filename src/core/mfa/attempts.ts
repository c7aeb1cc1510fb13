import type { Seconds } from "../../std/brand.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { change, leave } from "../../storage/change.ts";
import { mfaAttemptsAddress } from "../../storage/keys.ts";
import type { Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { vanishing } from "../leases/expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";

/**
 * How often codes may be tried against one key: `max_validation_attempts` in a window of time. The first window is as
 * long as a code lives, as in Vault. After as many failures as fill one, the next is twice as long, up to a quarter of
 * an hour, until a code is right.
 *
 * Security: an attempt is counted before its code is looked at, by a conditional write, so of any number of guesses at
 * once in any number of processes no more than the limit are compared (V39). If the count cannot be written, the code
 * is not looked at.
 */

const LONGEST_MS = 15 * 60_000;
/** How long failures are remembered after their window. */
const REMEMBERED: Seconds = seconds(86_400);

interface Attempts {
  /** In a row, since a code was right. */
  readonly failures: number;
  /** In this window. */
  readonly tried: number;
  readonly sinceMs: number;
  readonly windowMs: number;
}

/** Codes that may be tried against one key. */
export interface AttemptLimit {
  /** In one window of time. */
  readonly most: number;
  /** The first window. */
  readonly period: Seconds;
}

export type CountedAttempt = { readonly allowed: true } | { readonly allowed: false; readonly retryAfter: Seconds };

const windowAfter = (failures: number, { most, period }: AttemptLimit): number => {
  const first = period * 1000;
  // 2^20 periods of any length are more than the longest window.
  const doubled = first * 2 ** Math.min(Math.floor(failures / most), 20);
  return Math.max(first, Math.min(doubled, LONGEST_MS));
};

/** The count with one more attempt, or `undefined` where the window has no room for it. */
const oneMore = (before: Attempts | undefined, nowMs: number, limit: AttemptLimit): Attempts | undefined => {
  const recent = before !== undefined && nowMs - before.sinceMs < before.windowMs + REMEMBERED * 1000;
  const failures = recent ? before.failures : 0;
  if (!before || nowMs - before.sinceMs >= before.windowMs) {
    return { failures: failures + 1, tried: 1, sinceMs: nowMs, windowMs: windowAfter(failures, limit) };
  }
  return before.tried < limit.most ? { ...before, failures: failures + 1, tried: before.tried + 1 } : undefined;
};

/** Forgets the failures: for the transaction that a right code ends in. */
export const forgetAttempts = (secretId: string): Write => ({
  op: "delete",
  address: mfaAttemptsAddress(secretId),
  when: "any",
});

/**
 * Counts one attempt, or says when there may be one. `seen`: the count as it was read with the key. Throws
 * `storage_unavailable` when it cannot be counted.
 */
export const countAttempt = (
  { store, clock }: Pick<Core, "store" | "clock">,
  secretId: string,
  limit: AttemptLimit,
  seen?: Entry | "absent",
): Promise<CountedAttempt> =>
  // Every lost race is another attempt that was counted, so the window is full long before the tries are used up.
  change<CountedAttempt>(
    store,
    mfaAttemptsAddress(secretId),
    (entry) => {
      const nowMs = clock.now();
      const before = entry && fromSealed<Attempts>(entry.body);
      const after = oneMore(before, nowMs, limit);
      if (!after) {
        const left = before ? before.sinceMs + before.windowMs - nowMs : 0;
        return leave({ allowed: false, retryAfter: seconds(Math.max(1, Math.ceil(left / 1000))) });
      }
      const ends = plus(epochSeconds(nowMs + after.windowMs), REMEMBERED);
      return { op: "put", body: toSealed(after), clear: vanishing(ends), result: { allowed: true } };
    },
    { seen, busy: { reason: "too many concurrent attempts at one second factor" } },
  );
