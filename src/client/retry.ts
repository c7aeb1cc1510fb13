import type { RetrySettings } from "./contract.ts";
import { ConnectionError, ResponseError } from "./errors.ts";

/** Which failures are tried again, and after how long. */

/** As Vault's own clients: two more tries. */
export const USUAL_RETRY: RetrySettings = { retries: 2, minWait: 1000, maxWait: 1500 };

/** The longest time a server may ask to wait, in milliseconds. */
const MOST_ASKED = 60_000;

/**
 * Too many requests, a state that is not there yet, and a server in trouble; 501 is for good.
 * Source: Vault `api.DefaultRetryPolicy`.
 */
export const isPassing = (status: number): boolean =>
  status === 429 || status === 412 || (status >= 500 && status !== 501);

export const mayRetry = (failure: unknown): boolean =>
  failure instanceof ResponseError ? isPassing(failure.status) : failure instanceof ConnectionError && failure.passing;

/** Milliseconds before try `attempt + 1`, where the first retry is 0; `share` is random, at least 0 and below 1. */
export const retryWait = (settings: RetrySettings, attempt: number, share: number, asked?: number): number => {
  if (asked !== undefined) return Math.min(asked, MOST_ASKED);
  const longest = Math.min(settings.minWait * 2 ** Math.min(attempt, 30), settings.maxWait);
  return longest * (0.75 + share / 4);
};

/** `Retry-After` in milliseconds: seconds, or a date. `now` by the wall clock. */
export const readRetryAfter = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
};
