import { pauseWhile } from "../../std/timer.ts";
import type { Surroundings } from "../contract.ts";

/** Waits of a template: of any length, and until a date. */

/** How often a wait for a date looks at the calendar again. Milliseconds. */
const LOOK_AGAIN = 600_000;

type Times = Pick<Surroundings, "clock" | "steady" | "timer">;

/** Answers whether the time is over; `false`: it was called off. A clock that is set changes nothing. */
export const pause = ({ steady, timer }: Times, ms: number, signal: AbortSignal): Promise<boolean> => {
  const due = steady() + ms;
  return pauseWhile(timer, () => due - steady(), signal);
};

/**
 * Waits until a date (milliseconds since the epoch), as certificates have it. A clock set forward shortens the wait; one
 * set back does not stretch it.
 */
export const pauseUntil = ({ clock, steady, timer }: Times, date: number, signal: AbortSignal): Promise<boolean> => {
  const due = steady() + date - clock.now();
  return pauseWhile(timer, () => Math.min(due - steady(), date - clock.now()), signal, LOOK_AGAIN);
};
