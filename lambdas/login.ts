import { askAws } from "./shared/aws.ts";
import { frontHandler } from "./shared/front.ts";
import { BESIDE_REQUESTS_MS, keepTime } from "./shared/schedule.ts";

/**
 * `login`: logins, auth methods with their configuration, tokens. The one function that asks AWS who somebody is.
 * Invoked directly, the schedule's order.
 */
export const handler = frontHandler("login", {
  aws: askAws,
  direct: (event, program) => keepTime(event, program, BESIDE_REQUESTS_MS),
});
