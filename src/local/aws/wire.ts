/** One HTTP request as the doubles see it. Header names are lower-case; `path` and `query` are as on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One HTTP answer. */
export interface WireReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** A failure an operation answers with; `code` and `status` are the ones AWS documents for it. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Why a request was not believed. Each protocol has its own name for each (see `replies.ts`). */
export type Disbelief = "missing" | "incomplete" | "unknown-key" | "mismatch" | "stale" | "expired-token";

/** A request that could not be authenticated. */
export class AuthFailure extends Error {
  override readonly name = "AuthFailure";
  readonly why: Disbelief;
  constructor(why: Disbelief, message: string) {
    super(message);
    this.why = why;
  }
}
