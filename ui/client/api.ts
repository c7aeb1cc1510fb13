import type { ApiRequest } from "../protocol.ts";
import { answerOf } from "./answers.ts";
import { askApi } from "./port.ts";

/** Calls of the API by way of the worker, and what came of them: a value for every outcome, never an exception. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

export type FailureKind =
  /** 403: the token lives, and may not. */
  | "denied"
  /** 403, 401: the token is no longer one; the shell asks to sign in, and the call may be repeated after it. */
  | "ended"
  | "not-found"
  /** 400, 405, 413 and the like: the request is at fault. */
  | "invalid"
  /** 429. */
  | "busy"
  /** 5xx, sealed among them. */
  | "unavailable"
  /** No answer. */
  | "network"
  /** Something in between answered, not the server: HTML, or `{"message"}`. */
  | "gateway";

export interface Success {
  readonly ok: true;
  readonly status: number;
  /** The whole answer; empty for 204. */
  readonly json: JsonObject;
  /** Its `data`. */
  readonly data: JsonObject;
  readonly warnings: readonly string[];
  /** As it came, for exact reading (`json-text.ts`). */
  readonly text: string;
}

export interface Failure {
  readonly ok: false;
  readonly kind: FailureKind;
  readonly status: number;
  readonly errors: readonly string[];
  /** A deleted version is 404 with data. */
  readonly data: JsonObject;
  readonly text: string;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** What was asked for. */
  readonly request: ApiRequest;
}

export type Answer = Success | Failure;

export const call = async (request: ApiRequest): Promise<Answer> => answerOf(request, await askApi(request));

type Query = Readonly<Record<string, string>>;

export const get = (path: string, query?: Query): Promise<Answer> => call({ method: "GET", path, query });
/** Never LIST: not every hop passes it. */
export const list = (path: string, query: Query = {}): Promise<Answer> => get(path, { ...query, list: "true" });
export const post = (path: string, body: Json = {}): Promise<Answer> =>
  call({ method: "POST", path, body: JSON.stringify(body) });
export const remove = (path: string): Promise<Answer> => call({ method: "DELETE", path });
