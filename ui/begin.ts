// First, before anything else is asked for or drawn: what came in the address is taken out of it.
import "./share/arrival.ts";
import { leave } from "./client/port.ts";
import { askEarly } from "./client/standing.ts";

/**
 * Runs as soon as it is there, while the other scripts are still on their way: the worker starts, and asks who is
 * signed in. It imports next to nothing and draws nothing; `main.tsx` imports it, so that it has run before `main.tsx`
 * in whatever order the two arrive.
 */

if (isSecureContext) askEarly();

addEventListener("pagehide", ({ persisted }) => {
  if (!persisted) leave();
});
