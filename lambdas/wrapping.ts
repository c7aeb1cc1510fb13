import { frontHandler } from "./shared/front.ts";

/** `wrapping`: wrapped answers and cubbyholes. */
export const handler = frontHandler("wrapping");
