/**
 * How often a property is tried: a few hundred times in the suite, many more with `npm run test:long`, which sets
 * ZEROTH_LONG. `patience` is Jest's time limit for it, in milliseconds.
 */
export const isLongRun = process.env["ZEROTH_LONG"] === "1";

export const runs = (short: number, long: number): number => (isLongRun ? long : short);

export const patience = isLongRun ? 1_800_000 : 30_000;
