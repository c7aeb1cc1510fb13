import { frontHandler } from "./shared/front.ts";
import { handOnByInvoke } from "./shared/hand-on.ts";

/**
 * `kv`: key/value secrets, and the door for every path no route names, which it hands to the function that serves it.
 */
export const handler = frontHandler("kv", { handOn: handOnByInvoke });
