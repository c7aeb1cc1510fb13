import { performance } from "node:perf_hooks";
import { NoAnswer } from "./errors.ts";
import type { Fetch } from "./fetch.ts";

/**
 * A fetch for several calls that must all be answered within `totalMs`, whatever each of them may take for itself. Calls
 * after the end throw `NoAnswer`. `monotonic` is a clock in milliseconds.
 */
export const sharedDeadline = (
  fetch: Fetch,
  totalMs: number,
  monotonic: () => number = () => performance.now(),
): Fetch => {
  const end = monotonic() + totalMs;
  return async (request) => {
    const left = end - monotonic();
    if (left <= 0) throw new NoAnswer("late");
    return fetch({ ...request, deadlineMs: Math.min(request.deadlineMs, left) });
  };
};
