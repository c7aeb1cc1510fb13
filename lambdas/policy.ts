import { askAws } from "./shared/aws.ts";
import { frontHandler } from "./shared/front.ts";

/**
 * `policy`: policies, and the questions about what somebody may do. It asks AWS nothing; the method `aws` is made with
 * the way there, and its paths are explained here as those of every backend are.
 */
export const handler = frontHandler("policy", { aws: askAws });
