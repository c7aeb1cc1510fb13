import { askAws } from "./shared/aws.ts";
import { frontHandler } from "./shared/front.ts";
import { handOnByInvoke } from "./shared/hand-on.ts";
import { operator } from "./shared/operator.ts";
import { BESIDE_REQUESTS_MS, keepTime } from "./shared/schedule.ts";

/**
 * `system`: the rest of `sys/` and identity over HTTP, handing on the paths below `sys/` that are another function's;
 * invoked directly under IAM, the operator's orders and the schedule's.
 */
export const handler = frontHandler("system", {
  aws: askAws,
  handOn: handOnByInvoke,
  direct: (event, program) => operator(event, program) ?? keepTime(event, program, BESIDE_REQUESTS_MS),
});
