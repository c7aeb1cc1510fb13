/** The functions that answer requests, and the one that ends leases. */
export const FUNCTIONS = ["login", "kv", "dynamic", "policy", "wrapping", "system", "revoke"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/**
 * Which paths go straight to their function. Only names that no mount can take over stand here (`auth/`, `sys/`,
 * `identity/`, `cubbyhole/`); everything else is `$default` and reaches kv, which forwards by mount table.
 *
 * A verb the gateway does not route (LIST may be one) falls through to `$default` too, so a missing row costs a hop,
 * never an answer.
 */
export const ROUTES: Readonly<Record<string, FunctionName>> = {
  "/v1/auth/{path+}": "login",

  "/v1/sys/policies/{path+}": "policy",
  "/v1/sys/policy": "policy",
  "/v1/sys/policy/{path+}": "policy",
  "/v1/sys/capabilities": "policy",
  "/v1/sys/capabilities-self": "policy",
  "/v1/sys/capabilities-accessor": "policy",

  "/v1/sys/wrapping/{path+}": "wrapping",
  "/v1/cubbyhole/{path+}": "wrapping",

  // Renewing and revoking a lease runs the code of the engine that granted it, over the network path it has.
  "/v1/sys/leases/{path+}": "dynamic",
  "/v1/sys/renew": "dynamic",
  "/v1/sys/renew/{path+}": "dynamic",
  "/v1/sys/revoke": "dynamic",
  "/v1/sys/revoke/{path+}": "dynamic",

  "/v1/sys/{path+}": "system",
  "/v1/identity/{path+}": "system",
};

/** Who answers everything that no row above names. */
export const DEFAULT_FUNCTION: FunctionName = "kv";

/** The rows whose requests are throttled as logins. */
export const LOGIN_ROUTE = "/v1/auth/{path+}";

const PREFIXES: readonly (readonly [string, FunctionName])[] = Object.entries(ROUTES)
  .map(([route, name]): [string, FunctionName] => [route.replace("/v1/", "").replace("{path+}", ""), name])
  .sort(([a], [b]) => b.length - a.length);

/** Who serves a path of core's own backends: as the routes say, longest first. `path` is without `/v1/`. */
export const homeOfPath = (path: string): FunctionName | undefined =>
  PREFIXES.find(
    ([prefix]) =>
      path === prefix.replace(/\/$/, "") || (prefix.endsWith("/") ? path.startsWith(prefix) : path === `${prefix}/`),
  )?.[1];
