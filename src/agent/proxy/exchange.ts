import type { Readable } from "node:stream";
import type { Token } from "../../client/contract.ts";

/** A request as a listener took it, and the answer to it: what the listener, the cache and the proxy hand each other. */

/** Values by lower-case name, in the order in which they were sent. Those of one connection are left out. */
export type HeaderFields = ReadonlyMap<string, readonly string[]>;

/** Whose token a request carries: its sender's own, the agent's, or none. */
export type Identity =
  | { readonly kind: "none" }
  | { readonly kind: "own"; readonly token: Token }
  | { readonly kind: "agent"; readonly token: Token };

export interface Asked {
  /** As sent: `GET`, `LIST` … */
  readonly method: string;
  /** Path and query as sent. This is what goes to the server, encoded as often as the sender encoded it. */
  readonly target: string;
  /** The path, percent-decoded once: to judge by, never to send. */
  readonly path: string;
  /** Without the token, which `identity` has; a bearer token is in both. */
  readonly fields: HeaderFields;
  readonly body: Buffer;
  readonly identity: Identity;
  /** Aborted when the sender has gone away or the agent stops. */
  readonly gone: AbortSignal;
  /** Goes before the proxy's own number of tries. */
  readonly retries?: number;
}

export interface Given {
  readonly status: number;
  readonly fields: HeaderFields;
  /** Whole, or still on its way: then it must be read to its end or destroyed. */
  readonly body: Buffer | Readable;
  /** Set by the cache where it kept the answer: its age in seconds, and whether the server could not be asked. */
  readonly kept?: { readonly age: number; readonly stale: boolean };
}

/** Answers a request, or throws `ConnectionError` where the server gave no answer. */
export type Send = (asked: Asked) => Promise<Given>;

export const fieldOf = (fields: HeaderFields, name: string): string | undefined => fields.get(name)?.[0];

/** Whether an answer says that it is JSON. */
export const isJson = (fields: HeaderFields): boolean =>
  /^application\/json *(?:;|$)/i.test(fieldOf(fields, "content-type") ?? "");

/** The path as the server reads it: slashes in a row are one, and one at the end says nothing. */
export const plainPath = (path: string): string => path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");

/** Whether a path, percent-decoded, is the API's. The agent's own token goes to no other. */
export const isApi = (path: string): boolean => path.startsWith("/v1/");

const READS = new Set(["GET", "LIST", "SCAN", "HEAD", "OPTIONS"]);

/** Whether a request may change something. */
export const isWrite = ({ method }: Pick<Asked, "method">): boolean => !READS.has(method);
