import middy, { type MiddyfiedHandler } from "@middy/core";
import type { Context } from "aws-lambda";
import type { FunctionName } from "../../src/contract/functions.ts";
import { Forward, noRoute } from "../../src/core/request/route.ts";
import { invalidRequest, VaultError } from "../../src/framework/errors.ts";
import { createGatewayHandler, encodeError, type ProxyResult, requestIdOf, toResult } from "../../src/http/index.ts";
import { ownMemberOf } from "../../src/std/member.ts";
import { canonicalAsSent } from "./as-sent.ts";
import { createProgram, type Program } from "./program.ts";
import { aboutRequest } from "./stdout.ts";

/**
 * A function that answers the HTTP API. What it is handed is decided by the entry it was deployed with, never by a look
 * at the event; the exceptions, the orders of operator and schedule, have a shape no HTTP event can have.
 *
 * Security: `HANDED_ON` is next to the members of the gateway's event, where no caller can write; it only ever makes
 * a function say no, so that a request is handed on once and never in a circle.
 */

/** Hands a request to another function. `undefined`: that function does not serve it either. */
export type HandOn = (to: string, event: object, signal: AbortSignal) => Promise<ProxyResult | undefined>;

export interface FrontOptions {
  /** Absent: this function hands nothing on. */
  readonly handOn?: (program: Program) => HandOn;
  /** `askAws`, for a function that makes the method `aws` or asks AWS who somebody is. */
  readonly aws?: Parameters<typeof createProgram>[1];
  /** Direct invocations this function takes besides HTTP; `undefined` for what is none of them. */
  readonly direct?: (event: unknown, program: Program) => Promise<object> | undefined;
}

/** How much time is kept back for saying that there was too little. */
const RESERVE_MS = 1000;

/** Next to the gateway's own members: this event comes from another function. */
export const HANDED_ON = "zerothHandedOn";
/** Instead of an answer, to that function alone: not served here either. */
export const NOT_SERVED = { zerothNotServed: true } as const;

const NOT_CANONICAL = "send this path as it is: without doubled slashes, and with no letter or slash percent-encoded";

const failure = (error: VaultError): ProxyResult => toResult(encodeError(error, ""));

const unavailable = (wire: string): ProxyResult =>
  failure(new VaultError("storage_unavailable", { wire, retryAfter: 1 }));

const pathOf = (event: object): string => {
  const path = "rawPath" in event ? event.rawPath : "";
  return typeof path === "string" ? path.replace(/^\/v1\//, "") : "";
};

export const frontHandler = (name: FunctionName, options: FrontOptions = {}): MiddyfiedHandler<unknown, object> => {
  const program = createProgram(name, options.aws);
  const { server, metrics } = program;
  const serve = createGatewayHandler(server.handle, "http-api");
  const handOn = options.handOn?.(program);

  /** The answer, or where it is to be had. */
  const attempt = async (event: unknown): Promise<ProxyResult | Forward> => {
    try {
      return await serve(event);
    } catch (error) {
      if (error instanceof Forward) return error;
      throw error;
    }
  };

  /** Once more, by the configuration as it is now: a mount may have moved here since this environment read its own. */
  const attemptAgain = async (event: unknown, ifNot: object): Promise<object> => {
    // Where the table does not answer, what is known says the same again.
    await server.core.config.now().catch(() => undefined);
    const result = await attempt(event);
    return result instanceof Forward ? ifNot : result;
  };

  const elsewhere = async (forward: Forward, event: object, signal: AbortSignal): Promise<object> => {
    if (!handOn) return attemptAgain(event, failure(noRoute(pathOf(event))));
    if (!canonicalAsSent(event)) return failure(invalidRequest(NOT_CANONICAL));
    const answer = await handOn(forward.to, event, signal);
    return answer ?? attemptAgain(event, unavailable("the mount is being moved, try again"));
  };

  const answer = async (event: unknown, signal: AbortSignal): Promise<object> => {
    const direct = options.direct?.(event, program);
    if (direct !== undefined) return direct;
    const result = await attempt(event);
    if (!(result instanceof Forward)) return result;
    if (ownMemberOf(event, HANDED_ON) === true) return attemptAgain(event, NOT_SERVED);
    // Anything but an object was refused as not being an event.
    return elsewhere(result, event as object, signal);
  };

  return middy(
    (event: unknown, _context: Context, { signal }: { readonly signal: AbortSignal }) =>
      aboutRequest(requestIdOf(event), () => answer(event, signal)),
    {
      timeoutEarlyInMillis: RESERVE_MS,
      // Work still in progress is checked by its own conditions when it is thawed: a stale write fails.
      timeoutEarlyResponse: () => unavailable("the request took too long, try again"),
      requestEnd: () => metrics.flush(),
    },
  );
};
