import { frontHandler } from "./shared/front.ts";

/** `dynamic`: the engines that make credentials and keys, and renewing or revoking what they granted. */
export const handler = frontHandler("dynamic");
