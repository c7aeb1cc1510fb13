import { homeOfPath } from "../../src/contract/routes.ts";
import { fromEvent } from "../../src/http/index.ts";

/**
 * Whether a path came in the spelling the gateway's routes match. The gateway matches what was sent, the program what
 * it means: `/v1//auth/…` and `/v1/%61uth/…` match no route, fall through to `$default` and its wide throttle, and
 * would be handed to the function whose route, with a narrower one, they went round.
 *
 * Security: the event shows doubled slashes; of what was percent-encoded only the decoded path is left, so that is told
 * by the route: a write to a path that has a route of its own comes by that route when it is sent as it is.
 */

const DEFAULT_ROUTE = "$default";
/** Methods whose requests every route takes, and whose paths cannot end in a slash. */
const WRITES = new Set(["POST", "PUT", "PATCH"]);

const routeOf = (event: object): unknown => ("routeKey" in event ? event.routeKey : undefined);

/** True where the event is a request of the gateway for the path as it was sent. */
export const canonicalAsSent = (event: object): boolean => {
  const { method, path } = fromEvent(event, "http-api");
  if (path.includes("//")) return false;
  const wentRound = WRITES.has(method) && homeOfPath(path.replace(/^\/v1\//, "")) !== undefined;
  return !(wentRound && routeOf(event) === DEFAULT_ROUTE);
};
