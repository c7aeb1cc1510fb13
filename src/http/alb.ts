import { ALB_RESPONSE_BYTES } from "../contract/limits.ts";
import { encodeError } from "./failure.ts";
import { decodedOnce, eventBody, eventHeaders, isFields, notAnEvent, type ProxyResult, toResult } from "./gateway.ts";
import type { HttpHandler } from "./handler.ts";
import type { HttpRequest } from "./message.ts";

/**
 * An Application Load Balancer in front: the one documented to carry any verb, LIST included. Path and query come as
 * sent. The peer's address exists in a header only, of which the balancer writes the last entry itself. A balancer that
 * asks for client certificates passes them on in headers, which are not read: clients have no certificate here.
 *
 * Source: AWS documentation, "Using AWS Lambda with an Application Load Balancer".
 */

export interface AlbResult extends ProxyResult {
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
}

const multiHeaders = (headers: unknown): HttpRequest["headers"] =>
  Object.fromEntries(
    Object.entries(isFields(headers) ? headers : {}).map(([name, values]) => [
      name.toLowerCase(),
      Array.isArray(values) ? values.filter((value): value is string => typeof value === "string") : [],
    ]),
  );

const queryOf = (event: Readonly<Record<string, unknown>>): string => {
  const many = event["multiValueQueryStringParameters"];
  const pairs = isFields(many)
    ? Object.entries(many).flatMap(([name, values]) => (Array.isArray(values) ? values.map((v) => [name, v]) : []))
    : Object.entries(isFields(event["queryStringParameters"]) ? event["queryStringParameters"] : {});
  return pairs.map(([name, value]) => `${String(name)}=${String(value)}`).join("&");
};

/** The last entry is the balancer's own; those before it are whatever the caller wrote. */
const peerOf = (headers: HttpRequest["headers"]): string => {
  const last = (headers["x-forwarded-for"] ?? []).join(",").split(",").at(-1)?.trim() ?? "";
  return last.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1").replace(/^\[([^\]]+)\](?::\d+)?$/, "$1");
};

/** An event as a request. Throws `invalid_request` for anything else. */
export const fromAlbEvent = (event: unknown): HttpRequest => {
  const context = isFields(event) ? event["requestContext"] : undefined;
  if (!isFields(event) || !isFields(context) || !isFields(context["elb"])) throw notAnEvent();
  const { httpMethod, path } = event as { httpMethod?: unknown; path?: unknown };
  if (typeof httpMethod !== "string" || typeof path !== "string") throw notAnEvent();
  const many = event["multiValueHeaders"];
  const headers = isFields(many) ? multiHeaders(many) : eventHeaders(event["headers"]);
  return {
    method: httpMethod,
    path: decodedOnce(path),
    query: queryOf(event),
    headers,
    body: eventBody(event),
    sourceAddress: peerOf(headers),
  };
};

const toAlbResult = (result: ProxyResult): AlbResult => ({
  ...result,
  multiValueHeaders: Object.fromEntries(Object.entries(result.headers).map(([name, value]) => [name, [value]])),
});

/**
 * The program behind a load balancer. Never rejects, but for errors the handler rethrows on purpose.
 *
 * @public The stacks here deploy the gateway alone; this is for those who bring a load balancer of their own.
 */
export const createAlbHandler =
  (handler: HttpHandler) =>
  async (event: unknown): Promise<AlbResult> => {
    let request: HttpRequest;
    try {
      request = fromAlbEvent(event);
    } catch (error) {
      return toAlbResult(toResult(encodeError(error, "")));
    }
    return toAlbResult(toResult(await handler(request), ALB_RESPONSE_BYTES));
  };
