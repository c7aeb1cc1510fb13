import { FUNCTION_TABLE, FUNCTIONS, type FunctionName } from "./functions.ts";

/**
 * Which paths go straight to their function, as the rows of `functions.ts` say. What no row names is `$default` and
 * reaches kv, which forwards by mount table.
 *
 * A verb the gateway does not route (LIST may be one) falls through to `$default` too, so a missing row costs a hop,
 * never an answer.
 */

const DEFAULT_ROUTE = "$default";

const ROWS: readonly (readonly [string, FunctionName])[] = FUNCTIONS.flatMap((name) =>
  FUNCTION_TABLE[name].paths.map((path) => [path, name] as const),
);

export const ROUTES: Readonly<Record<string, FunctionName>> = Object.fromEntries(
  ROWS.filter(([path]) => path !== DEFAULT_ROUTE),
);

const answersTheRest = ROWS.find(([path]) => path === DEFAULT_ROUTE);
if (!answersTheRest) throw new Error("no function answers what no route names");
/** Who answers everything that no route names. */
export const DEFAULT_FUNCTION: FunctionName = answersTheRest[1];

/** The routes of the web page, throttled by themselves. The rest of a deployment works without them. */
export const UI_ROUTES: readonly string[] = FUNCTION_TABLE.ui.paths;

/** `/` belongs to nobody else's API, so only who looks at it is led to the page. */
export const methodOfRoute = (path: string): "GET" | "ANY" => (path === "/" ? "GET" : "ANY");

/** The routes whose requests are throttled as logins: the second half of one is a login too. */
export const LOGIN_ROUTES: readonly string[] = FUNCTION_TABLE.login.paths;

const PREFIXES: readonly (readonly [string, FunctionName])[] = Object.entries(ROUTES)
  .filter(([route]) => route.startsWith("/v1/"))
  .map(([route, name]): [string, FunctionName] => [route.replace("/v1/", "").replace("{path+}", ""), name])
  .sort(([a], [b]) => b.length - a.length);

/** Who serves a path of core's own backends: as the routes say, longest first. `path` is without `/v1/`. */
export const homeOfPath = (path: string): FunctionName | undefined =>
  PREFIXES.find(
    ([prefix]) =>
      path === prefix.replace(/\/$/, "") || (prefix.endsWith("/") ? path.startsWith(prefix) : path === `${prefix}/`),
  )?.[1];

/** The function that renews leases: it runs the code of the backends that granted them. */
export const RENEWS = homeOfPath("sys/leases/renew");
