import { steady } from "../std/time.ts";
import { NoAnswer } from "./errors.ts";
import type { Fetch } from "./fetch.ts";

/** One deadline for several calls, whatever each of them may take for itself. */

/** How many of the milliseconds are left, from now on; below 0 when they are over. */
export const timeLeft = (totalMs: number, monotonic: () => number = steady): (() => number) => {
  const end = monotonic() + totalMs;
  return () => end - monotonic();
};

/** A fetch for calls that must all be answered within `totalMs`. Calls after the end throw `NoAnswer`. */
export const sharedDeadline = (fetch: Fetch, totalMs: number, monotonic?: () => number): Fetch => {
  const left = timeLeft(totalMs, monotonic);
  return async (request) => {
    if (left() <= 0) throw new NoAnswer("late");
    return fetch({ ...request, deadlineMs: Math.min(request.deadlineMs, left()) });
  };
};
