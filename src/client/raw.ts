import type { IncomingMessage } from "node:http";
import { defined } from "../std/defined.ts";
import type { Endpoint } from "./address.ts";
import type { RawAnswer, RawRequest } from "./contract.ts";

/** Somebody else's request and its answer, passed on. Source: RFC 9110, section 7.6.1. */

const OF_ONE_CONNECTION = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Names of headers that are not passed on, in lower case; `connection`: what a header of that name says. */
export const ofOneConnection = (connection: string): ReadonlySet<string> =>
  new Set([...OF_ONE_CONNECTION, ...connection.split(",").map((name) => name.trim().toLowerCase())]);

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const passed = (headers: Headers): Record<string, string | readonly string[]> => {
  const left = ofOneConnection([headers["connection"] ?? ""].flat().join(","));
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !left.has(name.toLowerCase())) kept[name.toLowerCase()] = value;
  }
  return kept;
};

export const forwarded = ({ method, target, headers, body, signal }: RawRequest, endpoint: Endpoint) => ({
  method,
  target: `${endpoint.prefix}${target}`,
  headers: { ...passed(headers), host: endpoint.authority },
  ...defined({ body, signal }),
});

export const returned = (response: IncomingMessage): RawAnswer => {
  // An answer that breaks off before somebody reads it must not end the process.
  response.on("error", () => undefined);
  return { status: response.statusCode ?? 502, headers: passed(response.headers), body: response };
};
