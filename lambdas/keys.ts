import { frontHandler } from "./shared/front.ts";

/** `keys`: the engines that hold keys and use them for callers; it dials nobody. Deployed once an engine lives here. */
export const handler = frontHandler("keys");
