/** How a value grows with a size: the slope of log(value) against log(size), and what to call it. */

export type Growth = "flat" | "logarithmic" | "grows";

export type At = readonly [size: number, value: number];

export interface Fit {
  /** Of the best line through all points, in log-log: 0 is flat, 1 is as fast as the size. */
  readonly slope: number;
  readonly growth: Growth;
}

/** Values below this are one call, one unit, one microsecond: no logarithm of nothing. */
const LEAST = 1;
/** Of sums of floating-point numbers. */
const ROUNDING = 1e-9;

const logs = (points: readonly At[]): readonly At[] =>
  points.map(([size, value]) => [Math.log(size), Math.log(Math.max(value, LEAST))]);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const slopeOf = (points: readonly At[]): number => {
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  const under = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
};

/**
 * `flat`: no more than the tolerance over all sizes, and in the end no more than it was before. `logarithmic`: over its
 * last step no faster than the logarithm of the size itself, which a value that has levelled off is too. `grows`:
 * anything faster. `allowed`: 0 for what is exact, some hundredths for what was timed. `noise`: the share by which the
 * last value may be above all others and be called disturbed; 0 for what is exact.
 */
export const fitOf = (points: readonly At[], allowed: number, noise = 0): Fit => {
  const tolerance = allowed + ROUNDING;
  const sorted = [...points].sort(([a], [b]) => a - b);
  if (sorted.length < 2) return { slope: 0, growth: "flat" };
  const slope = slopeOf(logs(sorted));
  const last = sorted.slice(-2);
  const tail = slopeOf(logs(last));
  const ends = sorted.at(-1)?.[1] ?? 0;
  const was = Math.max(...sorted.slice(0, -1).map(([, value]) => value));
  if (slope <= tolerance && (tail <= tolerance || ends <= was * (1 + noise))) return { slope, growth: "flat" };
  const logarithm = slopeOf(logs(last.map(([size]) => [size, Math.log(Math.max(size, Math.E))])));
  return { slope, growth: tail <= logarithm + tolerance ? "logarithmic" : "grows" };
};
