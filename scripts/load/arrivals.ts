import { pause, type Timer } from "../../src/std/timer.ts";

/**
 * Requests that arrive at a steady rate, whether or not the ones before were answered, as those of many callers do. A
 * server that stalls for a second is charged with every request that was due in it: each is measured from the moment
 * it was due, not from the moment there was time to send it.
 */

export interface Arrivals {
  /** A second. */
  readonly rate: number;
  readonly seconds: number;
  /** Most requests under way at once; one that is due beyond that is dropped. */
  readonly most: number;
  /** Milliseconds, by a clock that only goes forward. */
  readonly now: () => number;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  /** Sends one; `due` is what its latency counts from. Must not throw. */
  readonly send: (due: number) => Promise<void>;
  readonly dropped: (due: number) => void;
}

/** Milliseconds between two looks at the clock: what is due meanwhile leaves together. */
const STEP_MS = 1;

/** Answers when every request that was sent has ended. */
export const arrive = async (options: Arrivals): Promise<void> => {
  const { rate, seconds, most, now, timer, signal, send, dropped } = options;
  const start = now();
  const all = Math.round(rate * seconds);
  const underWay = new Set<Promise<void>>();
  const begin = (due: number): void => {
    const one = send(due).finally(() => underWay.delete(one));
    underWay.add(one);
  };
  let sent = 0;
  const sendDue = (): void => {
    for (; sent < all && !signal.aborted; sent++) {
      const due = start + (sent * 1000) / rate;
      if (due > now()) return;
      if (underWay.size < most) begin(due);
      else dropped(due);
    }
  };
  while (sent < all && !signal.aborted) {
    sendDue();
    if (sent < all) await pause(timer, STEP_MS, signal);
  }
  await Promise.all(underWay);
};
