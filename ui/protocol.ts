/**
 * What a tab and the worker say to each other. The worker holds the token and makes every call; what it answers to a tab
 * has the session's own token taken out.
 */

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface ApiRequest {
  readonly method: Method;
  /** Below `/v1/`, as Vault names it: `secret/data/team-a/db`. Each segment is encoded once, by the worker. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** JSON as text, so that numbers keep their digits. */
  readonly body?: string | undefined;
  readonly patch?: boolean | undefined;
  /** Seconds, or a duration such as `1h`: the answer comes wrapped. */
  readonly wrapTtl?: string | undefined;
  /** Absent: the session's token. `none`: without a token. Else this token, such as a wrapping token. */
  readonly as?: "none" | { readonly token: string } | undefined;
  /** What a success carries is of no use here and is not read: the answer's body is empty. */
  readonly discard?: true | undefined;
}

export interface ApiAnswer {
  /** 0: no answer came (network lost, blocked, or the worker went away). */
  readonly status: number;
  readonly body: string;
  /** Seconds, of `Retry-After`. */
  readonly retryAfter?: number | undefined;
}
