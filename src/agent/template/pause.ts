import type { Surroundings } from "../contract.ts";

/**
 * Waits of any length. A timer of the platform holds some 24 days and rings at once when it is given more, so a long
 * wait is made of shorter ones.
 */

/** Milliseconds of one timer. */
const LONGEST = 3_600_000;
/** How often a wait for a date looks at the calendar again. */
const LOOK_AGAIN = 600_000;

type Times = Pick<Surroundings, "clock" | "steady" | "timer">;

const ring = (timer: Times["timer"], ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const cancel = timer(Math.max(ms, 0), () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });

const wait = async (times: Times, left: () => number, step: number, signal: AbortSignal): Promise<boolean> => {
  for (let rest = left(); rest > 0 && !signal.aborted; rest = left()) {
    await ring(times.timer, Math.min(rest, step), signal);
  }
  return !signal.aborted;
};

/** Answers whether the time is over; `false`: it was called off. A clock that is set changes nothing. */
export const pause = (times: Times, ms: number, signal: AbortSignal): Promise<boolean> => {
  const due = times.steady() + ms;
  return wait(times, () => due - times.steady(), LONGEST, signal);
};

/**
 * Waits until a date (milliseconds since the epoch), as certificates have it. A clock set forward shortens the wait; one
 * set back does not stretch it.
 */
export const pauseUntil = (times: Times, date: number, signal: AbortSignal): Promise<boolean> => {
  const due = times.steady() + date - times.clock.now();
  return wait(times, () => Math.min(due - times.steady(), date - times.clock.now()), LOOK_AGAIN, signal);
};
