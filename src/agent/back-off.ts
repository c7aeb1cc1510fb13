import { fraction, type RandomSource } from "../std/random.ts";

/** How long to wait after failures in a row. */
export interface BackOff {
  /** Milliseconds. */
  next(): number;
  reset(): void;
}

/** At least `low` and below `high`. */
export const between = (random: RandomSource, low: number, high: number): number =>
  low + fraction(random) * (high - low);

/** `min`, doubled by each failure up to `max`, and of that three quarters or more: agents must not come all at once. */
export const createBackOff = (min: number, max: number, random: RandomSource): BackOff => {
  let whole = min;
  return {
    next: () => {
      const wait = whole * between(random, 0.75, 1);
      whole = Math.min(whole * 2, max);
      return wait;
    },
    reset: () => {
      whole = min;
    },
  };
};

/** `870ms`, `1.2s`, `4m30s`: milliseconds as Go prints a time, in hundredths of a second at the finest. */
export const goDuration = (ms: number): string => {
  const hundredths = Math.floor(ms / 10);
  if (hundredths < 100) return hundredths === 0 ? "0s" : `${hundredths * 10}ms`;
  const minutes = Math.floor(hundredths / 6000);
  const hours = Math.floor(minutes / 60);
  const seconds = `${(hundredths % 6000) / 100}s`;
  if (hours > 0) return `${hours}h${minutes % 60}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
};
