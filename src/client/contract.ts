import type { Readable } from "node:stream";
import type { JsonValue } from "../std/json.ts";
import type { Sensitive } from "../std/sensitive.ts";

/** The shapes of a client of Vault's API: settings, calls, answers. `index.ts` makes one. */

export interface TlsSettings {
  /** PEM file of authorities; `caPath` names a folder of them. Absent: the system's. */
  readonly caCert?: string;
  readonly caPath?: string;
  /** The authorities themselves, PEM. `caCert` goes before it. */
  readonly caBytes?: string;
  /** PEM files of the client's own certificate and key. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** The name the server's certificate must carry, where the address has another. */
  readonly serverName?: string;
  /** The server's certificate is not verified. */
  readonly skipVerify?: boolean;
}

export interface RetrySettings {
  /** Tries after the first one; 0: none. */
  readonly retries: number;
  /** Milliseconds before the first retry; it doubles up to `maxWait`. `Retry-After` goes before both. */
  readonly minWait: number;
  readonly maxWait: number;
}

/** For whoever waits and tries again, or would rather do without. */
export const NO_RETRIES: RetrySettings = { retries: 0, minWait: 0, maxWait: 0 };

export interface ClientSettings {
  /** `https://host:8200`, with a path if the API is below one, or `unix:///run/zeroth.sock`. */
  readonly address: string;
  readonly tls?: TlsSettings;
  readonly namespace?: string;
  readonly retry?: RetrySettings;
  /** Milliseconds for one try. */
  readonly timeout?: number;
  readonly userAgent?: string;
  /** Absent: connections are kept open between calls. */
  readonly keepAlive?: boolean;
  /** The most connections at one time. */
  readonly maxConnections?: number;
  /**
   * Lists are asked for by the verbs LIST and SCAN, which some gateways do not carry; otherwise by `GET ?list=true` and
   * `GET ?scan=true`.
   */
  readonly listVerb?: boolean;
  /** `false`: redirects are not followed. Otherwise one is, to the same scheme, host and port. */
  readonly redirects?: boolean;
  /** `http://user:password@proxy:3128`: connections are made through it. */
  readonly proxy?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type Token = Sensitive<string>;
export type Verb = "GET" | "PUT" | "POST" | "PATCH" | "DELETE" | "LIST" | "SCAN" | "HEAD";

export interface Call {
  readonly method: Verb;
  /** Below `/v1/`, without a slash in front: `secret/data/app`. Each segment is encoded by the client. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown;
  readonly token?: Token;
  /** Goes before the client's own. */
  readonly namespace?: string;
  /** `300s`: the answer comes wrapped. */
  readonly wrapTtl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Goes before the client's own. */
  readonly retry?: RetrySettings;
}

export interface WrapInfo {
  readonly token: string;
  readonly accessor: string;
  /** Seconds. */
  readonly ttl: number;
  /** RFC 3339, as the server wrote it. */
  readonly creation_time: string;
  readonly creation_path: string;
  readonly wrapped_accessor?: string;
}

export interface AuthInfo {
  readonly client_token: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Seconds. */
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly entity_id?: string;
  readonly token_type?: string;
  readonly orphan?: boolean;
}

/** Vault's envelope. Numbers in `data` are as the server wrote them (`src/std/json.ts`). */
export interface Secret {
  readonly request_id: string;
  readonly lease_id: string;
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly string[] | null;
  readonly auth: AuthInfo | null;
  readonly wrap_info: WrapInfo | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for 204 and for answers without a body. */
  readonly secret?: Secret;
  /** The whole body as the server wrote it: `sys/health` and its kin have no envelope. */
  readonly body?: JsonValue;
}

/** A request of another program, sent as it is: not read, not tried again, nothing added, no redirect followed. */
export interface RawRequest {
  readonly method: string;
  /** As it goes on the wire, with the query: `/v1/secret/data/app?version=2`. */
  readonly target: string;
  /** Those of one connection (`connection`, `host`, `transfer-encoding` ...) are left out. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: Readable | Uint8Array;
  /** Milliseconds until the head of the answer; goes before the client's own. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names, those of one connection left out. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** Not bounded. Read it to its end or destroy it. */
  readonly body: Readable;
}

export interface Client {
  /** Throws `ResponseError` for a status of 400 or more, `ConnectionError` where no answer came. */
  call(call: Call): Promise<Answer>;
  /** Throws `ConnectionError` where no answer came; any status is an answer. */
  send(request: RawRequest): Promise<RawAnswer>;
  /** The same server with other settings. Connections are shared where the changes allow it. */
  with(changes: Partial<ClientSettings>): Client;
  /** Ends open connections, but not those it shares with the client it came from. */
  close(): void;
}
