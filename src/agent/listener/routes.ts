import { ConnectionError } from "../../client/index.ts";
import type { Timer } from "../../std/timer.ts";
import { utf8Text } from "../../std/utf8.ts";
import type { LeaseCache } from "../cache/index.ts";
import type { ListenerConfig } from "../config/model.ts";
import type { Log } from "../contract.ts";
import { saysDead } from "../doubt.ts";
import { type Asked, type Given, isApi, type Send, whole } from "../proxy/index.ts";
import { failure, nothing } from "./answers.ts";
import { clearCache } from "./cache-clear.ts";
import { identify, type Lending, lacksRequestHeader, otherPage } from "./identity.ts";
import type { Taken } from "./intake.ts";
import type { Metrics } from "./metrics.ts";
import { mayNameToken, withoutOwnToken } from "./own-token.ts";
import type { Answerer } from "./server.ts";
import { shownPath } from "./shown-path.ts";

/** What one listener answers: the agent's own API below `/agent/v1/`, and everything else from the server. */

export interface Routes {
  readonly config: ListenerConfig;
  readonly lending: Lending;
  /** Through the cache, where there is one. */
  readonly send: Send;
  /** To the server, past the cache. */
  readonly pass: Send;
  readonly cache: LeaseCache | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly timer: Timer;
  quit(): void;
}

/** Other spellings of the API's paths: what a server makes of them is not what is judged here. */
const OTHER_SPELLING = /^\/+v1(?:\/|$)/i;

const quit = ({ config, ...routes }: Routes, { method }: Taken): Given => {
  if (!config.enableQuit) return nothing(404);
  if (method !== "POST") return nothing(405);
  routes.log.debug("received quit request");
  routes.quit();
  return nothing(200);
};

/** The agent's own API; `undefined`: not a path of it. */
const agentApi = (routes: Routes, taken: Taken): Given | undefined => {
  if (taken.path === "/agent/v1/metrics") return routes.metrics.show(taken);
  if (routes.config.role === "metrics_only") return failure(404);
  if (!taken.path.startsWith("/agent/")) return undefined;
  const page = otherPage(taken.fields);
  if (page !== undefined) return page;
  if (taken.path === "/agent/v1/cache-clear") return clearCache(routes.cache, taken);
  return taken.path === "/agent/v1/quit" ? quit(routes, taken) : failure(404);
};

const count = ({ metrics }: Routes, { status, kept }: Given): void => {
  metrics.count(status >= 400 ? "agent.proxy.client_error" : "agent.proxy.success");
  if (status < 400) metrics.count(kept === undefined ? "agent.cache.miss" : "agent.cache.hit");
  if (kept?.stale) metrics.count("agent.cache.stale");
};

/** As Vault's agent: an answer below 400 says whether it was kept here, whatever the server said about that. */
const marked = (given: Given): Given =>
  given.status >= 400 && given.kept === undefined
    ? given
    : { ...given, fields: new Map([...given.fields, ["x-cache", [given.kept === undefined ? "MISS" : "HIT"]]]) };

/** Who asked with the agent's token is refused: where the server does not know that token, the logins are told. */
const noticed = async (routes: Routes, { identity }: Asked, given: Given): Promise<Given> => {
  if (given.status !== 403 || identity.kind !== "agent") return given;
  const read = await whole(given, routes.timer);
  if (saysDead(utf8Text(read.body) ?? "")) routes.lending.tokens?.doubt?.();
  return read;
};

const fromServer = async (routes: Routes, asked: Asked): Promise<Given> => {
  const given = await noticed(routes, asked, await routes.send(asked));
  const { identity } = asked;
  const own = routes.lending.lend === false ? undefined : routes.lending.tokens?.current();
  if (identity.kind === "none" || own?.kind !== "token" || !mayNameToken(asked)) return given;
  // The one it was asked with: a new login may have come meanwhile.
  const token = identity.kind === "agent" ? identity.token : own.token;
  return withoutOwnToken(await whole(given, routes.timer), token.reveal());
};

const proxied = async (routes: Routes, taken: Taken, gone: AbortSignal): Promise<Given> => {
  const missing = routes.config.requireRequestHeader ? lacksRequestHeader(taken) : undefined;
  if (missing !== undefined) return missing;
  const { lend, tokens } = routes.lending;
  // The server's own pages and the like: they need no token, and hold neither leases nor secrets.
  const isPage = !isApi(taken.path);
  const identified = identify(taken.fields, { lend, tokens: isPage ? undefined : tokens });
  if (!("identity" in identified)) return identified;
  const asked = { ...taken, ...identified, gone };
  try {
    const given = marked(await (isPage ? routes.pass(asked) : fromServer(routes, asked)));
    count(routes, given);
    return given;
  } catch (cause) {
    routes.metrics.count("agent.proxy.error");
    // What else may be wrong could hold anything; only these messages are known to be fit for others.
    const reason = cause instanceof ConnectionError ? cause.message : "internal error";
    routes.log.error("failed to get the response", {
      method: taken.method,
      path: shownPath(taken.path),
      error: reason,
    });
    return failure(500, `failed to get the response: ${reason}`);
  }
};

export const createAnswerer =
  (routes: Routes): Answerer =>
  async (taken, gone) => {
    routes.log.debug("received request", { method: taken.method, path: shownPath(taken.path) });
    const own = agentApi(routes, taken);
    if (own !== undefined) return own;
    return isApi(taken.path) || !OTHER_SPELLING.test(taken.path) ? proxied(routes, taken, gone) : failure(404);
  };
