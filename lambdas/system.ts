import { frontHandler } from "./shared/front.ts";
import { operator } from "./shared/operator.ts";

/** `system`: the rest of `sys/` and identity over HTTP, and the operator's orders, invoked directly under IAM. */
export const handler = frontHandler("system", { direct: operator });
