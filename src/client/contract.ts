import type { Sensitive } from "../std/sensitive.ts";

/** What a client of Vault's API is asked and answers. Shapes only: `index.ts` makes one. */

export interface TlsSettings {
  /** PEM file of authorities; `caPath` names a folder of them. Absent: the system's. */
  readonly caCert?: string;
  readonly caPath?: string;
  /** PEM files of the client's own certificate and key. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** The name the server's certificate must carry, where the address has another. */
  readonly serverName?: string;
  /** No verification at all. */
  readonly skipVerify?: boolean;
}

export interface RetrySettings {
  /** Tries after the first one; 0: none. */
  readonly retries: number;
  /** Milliseconds before the first retry; it doubles up to `maxWait`. `Retry-After` goes before both. */
  readonly minWait: number;
  readonly maxWait: number;
}

export interface ClientSettings {
  /** `https://host:8200`, with a path where the API stands below one, or `unix:///run/zeroth.sock`. */
  readonly address: string;
  readonly tls?: TlsSettings;
  readonly namespace?: string;
  readonly retry?: RetrySettings;
  /** Milliseconds for one try. */
  readonly timeout?: number;
  readonly userAgent?: string;
  /** Absent: connections are kept open between calls. */
  readonly keepAlive?: boolean;
}

export type Token = Sensitive<string>;
export type Verb = "GET" | "PUT" | "POST" | "PATCH" | "DELETE" | "LIST" | "HEAD";

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
  /** Goes before the client's own; `{ retries: 0 }` where somebody else waits and tries again. */
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

/** Vault's envelope. Numbers in `data` are as the server wrote them (`std/json.ts`). */
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
}

export interface Client {
  /** Throws `ResponseError` for a status of 400 or more, `ConnectionError` where no answer came. */
  call(call: Call): Promise<Answer>;
  /** The same server with other settings. */
  with(changes: Partial<ClientSettings>): Client;
  /** Ends open connections. */
  close(): void;
}
