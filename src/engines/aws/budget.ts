import type { Clock } from "../../std/time.ts";

/** The time a piece of work has, by the injected clock. A call that no time is left for is not begun. */
export interface Budget {
  /** Milliseconds; 0 when it is used up. */
  left(): number;
}

export const startBudget = (clock: Clock, ms: number): Budget => {
  const end = clock.now() + ms;
  return { left: () => Math.max(0, end - clock.now()) };
};
