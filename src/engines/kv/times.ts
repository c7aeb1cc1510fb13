import { rfc3339 } from "../../std/time.ts";

/** A moment as Go's RFC3339Nano prints it: a fraction without trailing zeros, none when it is zero; `""` for 0. */
export const timeText = (ms: number): string => (ms === 0 ? "" : rfc3339(ms).replace(/\.?0+Z$/, "Z"));
