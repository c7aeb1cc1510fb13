import { frontHandler } from "./shared/front.ts";
import { BESIDE_REQUESTS_MS, keepTime } from "./shared/schedule.ts";

/** `keys`: the engines that hold keys and use them for callers; it dials nobody. Deployed once an engine lives here. */
export const handler = frontHandler("keys", {
  direct: (event, program) => keepTime(event, program, BESIDE_REQUESTS_MS),
});
