import { endLeases } from "./shared/end-leases.ts";
import { frontHandler } from "./shared/front.ts";
import { BESIDE_REQUESTS_MS, keepTime } from "./shared/schedule.ts";

/**
 * `keys`: the engines that hold keys and use them for callers; it dials nobody. Deployed once an engine lives here.
 * Invoked directly, the orders to end leases of its engines, and the schedule's.
 */
export const handler = frontHandler("keys", {
  direct: (event, program) => endLeases(event, program) ?? keepTime(event, program, BESIDE_REQUESTS_MS),
});
