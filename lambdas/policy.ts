import { frontHandler } from "./shared/front.ts";

/** `policy`: policies, and the questions about what somebody may do. */
export const handler = frontHandler("policy");
