import { shortRfc3339 } from "../../std/time.ts";

/** A moment as Go's RFC3339Nano prints it: a fraction without trailing zeros, none when it is zero; `""` for 0. */
export const timeText = (ms: number): string => (ms === 0 ? "" : shortRfc3339(ms));
