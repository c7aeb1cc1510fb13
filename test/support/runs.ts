/**
 * How often a property is tried. ZEROTH_LONG says how many times as often as in the suite: `npm run test:long` sets 10,
 * and a number like 1000 tries each as often as its test says at the most.
 */
const factor = Number(process.env["ZEROTH_LONG"] ?? "1");

export const isLongRun = factor > 1;

/** `short` in the suite; in a long run that many times the factor, at most `long`. */
export const runs = (short: number, long: number): number => (isLongRun ? Math.min(long, short * factor) : short);

/** Jest's time limit for a property, in milliseconds. */
export const patience = isLongRun ? 1_800_000 : 300_000;
