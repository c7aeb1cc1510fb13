import { frontHandler } from "./shared/front.ts";

/** `login`: logins, auth methods with their configuration, tokens. The one function that asks AWS who somebody is. */
export const handler = frontHandler("login");
