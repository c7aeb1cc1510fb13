import { ConnectionError, type RawAnswer } from "../../client/index.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { pause, type Timer } from "../../std/timer.ts";
import { type Asked, fieldOf, type Given, type HeaderFields, type Send } from "./exchange.ts";
import { once, type ToServer, type Wire } from "./redirects.ts";
import { waitAfter } from "./tries.ts";

/**
 * Passes a request on to the server as it came: method, path, query, headers and body. It trusts its caller's judgement
 * about whose token the request carries; it must never take a token to another host than the server's, whatever that says.
 */

export * from "./exchange.ts";
export { whole } from "./whole.ts";

export interface ProxySettings extends ToServer {
  /** Tries after the first one. */
  readonly retries: number;
  /** How the agent calls itself to the server; the name of a request's sender comes behind. */
  readonly userAgent: string;
  /** Of requests that name none. */
  readonly namespace: string | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: RandomSource;
}

/** Left to the connection to the server, or set by the agent. `accept-encoding`: an answer must be readable here. */
const SET_HERE = new Set(["host", "content-length", "accept-encoding", "expect", "user-agent", "x-vault-token"]);

const HAVE_BODY = new Set(["POST", "PUT", "PATCH"]);

const fieldsFor = (asked: Asked, settings: ProxySettings): Record<string, string | readonly string[]> => {
  const fields: Record<string, string | readonly string[]> = {};
  for (const [name, values] of asked.fields) if (!SET_HERE.has(name)) fields[name] = values;
  const sender = fieldOf(asked.fields, "user-agent");
  fields["user-agent"] = sender ? `${settings.userAgent}; ${sender}` : settings.userAgent;
  fields["x-vault-request"] = "true";
  if (settings.namespace !== undefined) fields["x-vault-namespace"] ??= settings.namespace;
  const { identity } = asked;
  if (identity.kind === "agent" || (identity.kind === "own" && asked.fields.has("x-vault-token"))) {
    fields["x-vault-token"] = identity.token.reveal();
  }
  // Always told: Node sends the body of a GET or DELETE without its length, and the rest would be a request of its own.
  if (asked.body.length > 0 || HAVE_BODY.has(asked.method)) fields["content-length"] = String(asked.body.length);
  return fields;
};

const given = (answer: RawAnswer): Given => {
  const fields = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(answer.headers))
    fields.set(name, typeof value === "string" ? [value] : value);
  return { status: answer.status, fields: fields satisfies HeaderFields, body: answer.body };
};

/** The answer, or a failure that another try may mend. Other failures are thrown. */
const tried = async (settings: ProxySettings, request: Wire): Promise<RawAnswer | ConnectionError> => {
  try {
    return await once(settings, request);
  } catch (failure) {
    if (failure instanceof ConnectionError && failure.passing) return failure;
    throw failure;
  }
};

const pass = async (settings: ProxySettings, asked: Asked): Promise<Given> => {
  const retries = asked.retries ?? settings.retries;
  const request = {
    method: asked.method,
    target: asked.target,
    path: asked.path,
    headers: fieldsFor(asked, settings),
    ...(asked.body.length > 0 ? { body: asked.body } : {}),
  };
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tried(settings, request);
    const isLast = attempt >= retries || asked.gone.aborted;
    const wait = isLast ? undefined : waitAfter(outcome, attempt, settings);
    if (outcome instanceof ConnectionError) {
      if (wait === undefined) throw outcome;
    } else if (wait === undefined) return given(outcome);
    else outcome.body.destroy();
    await pause(settings.timer, wait, asked.gone);
  }
};

export const createProxy =
  (settings: ProxySettings): Send =>
  (asked) =>
    pass(settings, asked);
