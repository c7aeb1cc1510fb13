import { frontHandler } from "./shared/front.ts";
import { BESIDE_REQUESTS_MS, keepTime } from "./shared/schedule.ts";

/**
 * `dynamic`: the engines that make credentials and keys, and renewing or revoking what they granted; invoked directly,
 * the schedule's order.
 */
export const handler = frontHandler("dynamic", {
  direct: (event, program) => keepTime(event, program, BESIDE_REQUESTS_MS),
});
