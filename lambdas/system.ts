import { frontHandler } from "./shared/front.ts";
import { operator } from "./shared/operator.ts";
import { carryOn } from "./shared/sweep.ts";

/**
 * `system`: the rest of `sys/` and identity over HTTP; invoked directly under IAM, the operator's orders and the
 * schedule's.
 */
export const handler = frontHandler("system", {
  direct: (event, program) => operator(event, program) ?? carryOn(event, program),
});
