import type { Arriving } from "../core/quotas/types.ts";
import type { Answer } from "../core/request/answer.ts";
import type { Decoded } from "../core/request/decoded.ts";
import { invalidRequest, notFound, VaultError } from "../framework/errors.ts";
import { type RandomSource, uuid } from "../std/random.ts";
import { type CorsSettings, crossOrigin } from "./cors.ts";
import { checkSize, DEFAULT_LIMITS, decode, type Limits, parseQuery, verbOf } from "./decode.ts";
import { encodeAnswer } from "./encode.ts";
import { encodeError } from "./failure.ts";
import { namespaceOf, tokenOf, visibleHeaders } from "./headers.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";
import { apiPath, isPrintable } from "./path.ts";

/**
 * Vault's HTTP API as a function. It trusts the front door's adapter for method, path and peer address; whatever
 * comes in, it answers, and never with an exception.
 */

/** What HTTP needs of the program behind it. */
export interface HttpCore {
  /** Throws `VaultError` for what the caller should see. */
  handle(decoded: Decoded): Promise<Answer>;
  /** Asked only when a request carries an `Origin`; absent or `undefined`: CORS is off. */
  cors?(): Promise<CorsSettings | undefined>;
  /** Headers a request earned on its way (what is left of a rate limit), whatever became of it. Asked once. */
  headersFor?(requestId: string): Readonly<Record<string, string>> | undefined;
  /** Rate limits by address and path: before the body is parsed and the token looked at. Throws `rate_limited`. */
  admit(arriving: Arriving): Promise<void>;
}

export interface HttpHandlerOptions {
  readonly core: HttpCore;
  readonly random: RandomSource;
  readonly limits?: Limits;
  /** Errors that are meant for the adapter and not for the caller (a request to be forwarded). */
  readonly rethrow?: (error: unknown) => boolean;
  /**
   * Told of every answer 500: exceptions nobody expected, and what the program itself calls `internal`. Must not print
   * the message of an exception where a secret could be in it.
   */
  readonly report?: (error: unknown, requestId: string, method: string) => void;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

type Headers = Readonly<Record<string, string>>;

const withHeaders = (response: HttpResponse, ...more: readonly (Headers | undefined)[]): HttpResponse =>
  more.every((headers) => headers === undefined)
    ? response
    : { ...response, headers: Object.assign({}, response.headers, ...more) };

const HELP_OUTSIDE = "Missing /v1/ prefix in path. Use vault path-help command to retrieve API help for paths";

/**
 * The handler every front door calls.
 *
 * In order: unprintable path (400, no body), cross-origin rules, method (405), path (404, 400), size (413), rate limit
 * (429), body and headers (400, 415), then the program.
 */
export const createHttpHandler = (options: HttpHandlerOptions): HttpHandler => {
  const { core, random, limits = DEFAULT_LIMITS } = options;

  const outside = (request: HttpRequest): never => {
    const help = parseQuery(request.query).get("help")?.[0] ?? "";
    throw help === "" && request.method !== "HELP" ? notFound() : notFound(HELP_OUTSIDE);
  };

  const answer = async (request: HttpRequest, requestId: string): Promise<HttpResponse> => {
    const below = apiPath(request.path);
    if (below === undefined) return outside(request);
    const verb = verbOf(request.method);
    if (verb === undefined) throw new VaultError("unsupported_operation", { reason: "unknown method" });
    const namespace = namespaceOf(request);
    checkSize(request, limits);
    const arriving: Arriving = {
      requestId,
      verb,
      method: request.method,
      path: below,
      token: tokenOf(request),
      wrapTtl: undefined,
      headers: visibleHeaders(request),
      sourceAddress: request.sourceAddress,
    };
    await core.admit(arriving);
    const response = encodeAnswer(await core.handle(decode(request, arriving, parseQuery(request.query))));
    return namespace === undefined ? response : withHeaders(response, { "x-vault-namespace": namespace });
  };

  const failed = (error: unknown, requestId: string, method: string): HttpResponse => {
    if (options.rethrow?.(error)) throw error;
    if (!(error instanceof VaultError) || error.code === "internal") options.report?.(error, requestId, method);
    return encodeError(error, requestId);
  };

  const respond = async (request: HttpRequest, requestId: string): Promise<HttpResponse> => {
    if (!isPrintable(request.path))
      return failed(invalidRequest("path contains unprintable characters"), requestId, request.method);
    if (!request.path.startsWith("/"))
      return failed(invalidRequest("path must start with a slash"), requestId, request.method);
    let extra: Headers | undefined;
    try {
      const settings = Object.hasOwn(request.headers, "origin") ? await core.cors?.() : undefined;
      const outcome = crossOrigin(request, settings);
      if (outcome.type === "answered") return outcome.response;
      if (outcome.type === "allowed") extra = outcome.headers;
      const answered = await answer(request, requestId);
      return withHeaders(answered, extra, core.headersFor?.(requestId));
    } catch (error) {
      // Asked first: an error that is rethrown must not leave anything waiting.
      const earned = core.headersFor?.(requestId);
      return withHeaders(failed(error, requestId, request.method), extra, earned);
    }
  };

  return async (request) => {
    const response = await respond(request, request.id ?? uuid(random));
    return request.method === "HEAD" ? { ...response, body: new Uint8Array(0) } : response;
  };
};
