import { RESPONSE_BYTES } from "../contract/limits.ts";
import { invalidRequest, VaultError } from "../framework/errors.ts";
import { as, type PeerCertificates } from "../std/brand.ts";
import { encodeError } from "./failure.ts";
import type { HttpHandler } from "./handler.ts";
import { type HttpRequest, type HttpResponse, percentDecode } from "./message.ts";

/**
 * API Gateway's HTTP API and Lambda function URLs: payload 2.0 in, the same out. The two differ in one thing that
 * matters: an HTTP API gives the path already decoded, a function URL as it was sent. Which one calls is settled where
 * the function is deployed, never read off the event.
 *
 * Source: AWS documentation, "Working with AWS Lambda proxy integrations for HTTP APIs", "Lambda function URLs".
 */

export type Front = "http-api" | "function-url";

export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const notAnEvent = (): VaultError => invalidRequest("the event has no HTTP request");

const textOf = (value: unknown): string => {
  if (typeof value !== "string") throw notAnEvent();
  return value;
};

/** Headers of an event, one line each; repeated ones come joined by commas and stay so. */
export const eventHeaders = (headers: unknown): HttpRequest["headers"] =>
  Object.fromEntries(
    Object.entries(isFields(headers) ? headers : {})
      .filter((entry): entry is [string, string] => typeof entry[1] === "string")
      .map(([name, value]) => [name.toLowerCase(), [value]]),
  );

/** Base64 with the alphabet and padding checked: the decoder of the platform would skip what it does not know. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export const eventBody = (event: Fields): Uint8Array => {
  const { body } = event as { body?: unknown };
  if (body === undefined || body === null || body === "") return new Uint8Array(0);
  const text = textOf(body);
  if (event["isBase64Encoded"] !== true) return Buffer.from(text, "utf8");
  if (!BASE64.test(text)) throw notAnEvent();
  return Buffer.from(text, "base64");
};

/** Undoes percent-encoding once. Throws `invalid_request` for a bad escape. */
export const decodedOnce = (path: string): string => {
  const decoded = percentDecode(path);
  if (decoded === undefined) throw invalidRequest("invalid URL escape in path");
  return decoded;
};

/**
 * The id of an event in the gateway's access log; `undefined` where there is none. It enters logs and answers, so only
 * what an id can look like is taken.
 */
export const requestIdOf = (event: unknown): string | undefined => {
  const context = isFields(event) ? event["requestContext"] : undefined;
  const requestId = isFields(context) ? context["requestId"] : undefined;
  return typeof requestId === "string" && /^[\w=-]{8,64}$/.test(requestId) ? requestId : undefined;
};

/**
 * The client's certificate as the gateway checked it against the trust store of a custom domain; the gateway passes on
 * no other of its chain.
 *
 * Security: `requestContext` is the gateway's own; a caller can write headers, query and body. A function URL asks no
 * client for a certificate, so its events are not looked at.
 */
const peerCertificatesOf = (context: Fields, front: Front): PeerCertificates | undefined => {
  const authentication = front === "http-api" ? context["authentication"] : undefined;
  const shown = isFields(authentication) ? authentication["clientCert"] : undefined;
  const pem = isFields(shown) ? shown["clientCertPem"] : undefined;
  return typeof pem === "string" && pem !== "" ? as<PeerCertificates>(pem) : undefined;
};

/** An event as a request. Throws `invalid_request` for anything else. */
export const fromEvent = (event: unknown, front: Front): HttpRequest => {
  if (!isFields(event) || event["version"] !== "2.0") throw notAnEvent();
  const context = event["requestContext"];
  const http = isFields(context) ? context["http"] : undefined;
  if (!isFields(context) || !isFields(http)) throw notAnEvent();
  const raw = textOf(event["rawPath"]);
  const stage = context["stage"];
  // A stage other than the default comes before the path.
  const staged = typeof stage === "string" && stage !== "$default" && raw.startsWith(`/${stage}/`);
  const path = staged ? raw.slice(stage.length + 1) : raw;
  return {
    method: textOf(http["method"]),
    path: front === "http-api" ? path : decodedOnce(path),
    query: typeof event["rawQueryString"] === "string" ? event["rawQueryString"] : "",
    headers: eventHeaders(event["headers"]),
    body: eventBody(event),
    sourceAddress: typeof http["sourceIp"] === "string" ? http["sourceIp"] : "",
    peerCertificates: peerCertificatesOf(context, front),
    id: requestIdOf(event),
  };
};

/** PEM is text as well: in base64 it would be a third longer, and long lists of revoked certificates too large. */
const TEXT = /^(?:application\/(?:(?:[\w.-]+\+)?json|x-pem-file|pem-certificate-chain)|text\/)/i;

const isText = (contentType: string): boolean => TEXT.test(contentType);

/** A response as Lambda hands it back. One that is larger than Lambda lets through becomes a 413. */
export const toResult = (response: HttpResponse, most: number = RESPONSE_BYTES): ProxyResult => {
  const text = isText(response.headers["content-type"] ?? "");
  const { buffer, byteOffset, byteLength } = response.body;
  const body = Buffer.from(buffer, byteOffset, byteLength);
  if (body.length * (text ? 1 : 4 / 3) > most) {
    const refused = new VaultError("payload_too_large", { wire: "the answer is too large for this front door" });
    return toResult(encodeError(refused, ""), Number.POSITIVE_INFINITY);
  }
  return {
    statusCode: response.status,
    headers: response.headers,
    body: body.toString(text ? "utf8" : "base64"),
    isBase64Encoded: !text,
  };
};

/** The program behind an HTTP API or a function URL. Never rejects, but for errors the handler rethrows on purpose. */
export const createGatewayHandler =
  (handler: HttpHandler, front: Front) =>
  async (event: unknown): Promise<ProxyResult> => {
    let request: HttpRequest;
    try {
      request = fromEvent(event, front);
    } catch (error) {
      return toResult(encodeError(error, ""));
    }
    return toResult(await handler(request));
  };
