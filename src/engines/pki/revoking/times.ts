import { rfc3339 } from "../../../std/time.ts";

/** As shown: with nanoseconds, without zeros at the end. */
export const timeShown = (ms: number): string => rfc3339(ms).replace(/\.?0+Z$/, "Z");
