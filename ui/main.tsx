// First, before anything else is fetched or drawn: what came in the address is taken out of it.
import "./share/arrival.ts";
import { takeCallback } from "./client/callback.ts";
import { askFirst } from "./client/first-ask.ts";

/** The worker is opened and asked at once; what draws the page is fetched at the same time, and comes after it. */

const callback = takeCallback();
if (isSecureContext) askFirst();
void import("./begin.tsx").then(({ begin }) => begin(callback));
