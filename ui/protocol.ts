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
  /** What a success carries is not needed and is not read: the body of the answer is empty. */
  readonly discard?: true | undefined;
}

export interface ApiAnswer {
  /** 0: no answer came (network lost, blocked, or the worker went away). */
  readonly status: number;
  readonly body: string;
  /** Seconds, of `Retry-After`. */
  readonly retryAfter?: number | undefined;
  /** The server's time in milliseconds, of `Date`. */
  readonly date?: number | undefined;
  /** The session's token is none any more. Told by the worker, which has asked. */
  readonly ended?: boolean | undefined;
}

/** A login, as a tab asks for it. The token that comes of it stays in the worker. */
export type Attempt =
  /** An answer with `auth.client_token` signs in: a login, the second factor of one. */
  | { readonly how: "login"; readonly request: ApiRequest }
  /** `spend`: also one with few uses, each of which every call spends. */
  | { readonly how: "token"; readonly token: string; readonly spend: boolean }
  | { readonly how: "unwrap"; readonly token: string }
  /** The provider is asked where to go; the answer's `data.auth_url` says it. */
  | { readonly how: "redirect"; readonly away: Away }
  /** Of a login that ends at the server itself: whether it has. */
  | { readonly how: "poll"; readonly state: string }
  /** What the provider sent back. */
  | { readonly how: "callback"; readonly mount: string; readonly query: Readonly<Record<string, string>> };

/** A login that leads over another site. */
export interface Away {
  /** Without `auth/` and without a slash at the end. */
  readonly mount: string;
  readonly role: string;
  readonly redirectUri: string;
  /** Where to go on after it, below `/ui/`. */
  readonly backTo: string;
}

export interface Attempted {
  readonly answer: ApiAnswer;
  readonly signedIn: boolean;
  /** After a callback: where to go on. */
  readonly backTo?: string | undefined;
}

/** Why nobody is signed in. */
export type Absence = "out" | "locked" | "ended";

export type Standing =
  | { readonly signedIn: false; readonly why: Absence }
  | {
      readonly signedIn: true;
      /** The token came from signing in here: it is revoked where it is given up before its end. Else it is only forgotten. */
      readonly ours: boolean;
    };

export interface WorkerState {
  /** Grows with each sign-in. */
  readonly serial: number;
  /** Grows with each renewal of the token. */
  readonly renewals: number;
  readonly standing: Standing;
  /** Minutes without a key or a pointer until it locks. */
  readonly idleMinutes: number;
  /** Milliseconds of this machine's clock: locks then unless somebody stays. */
  readonly locksAt?: number | undefined;
}

export type ToWorker =
  /** `lock`: the name of the Web Lock that the tab holds as long as it lives. */
  | { readonly kind: "hello"; readonly lock: string }
  | { readonly kind: "call"; readonly id: number; readonly request: ApiRequest }
  | { readonly kind: "attempt"; readonly id: number; readonly attempt: Attempt }
  /** Somebody pressed a key or moved a pointer. */
  | { readonly kind: "active" }
  | { readonly kind: "stay" }
  | { readonly kind: "lock" }
  | { readonly kind: "sign-out" }
  /**
   * The tab closes, and the worker will not outlive it: its last moment to end the session. `locks`: the tab's own, which
   * may come free before this is heard or after.
   */
  | { readonly kind: "leave"; readonly locks: readonly string[] }
  | { readonly kind: "idle"; readonly minutes: number };

export type FromWorker =
  /** In answer to a tab's hello. `lock`: the name of the Web Lock that the worker holds as long as it lives. */
  | { readonly kind: "welcome"; readonly lock: string }
  | { readonly kind: "state"; readonly state: WorkerState }
  | { readonly kind: "answer"; readonly id: number; readonly answer: ApiAnswer }
  | { readonly kind: "attempted"; readonly id: number; readonly attempted: Attempted };
