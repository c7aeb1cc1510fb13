import { firstOf } from "./shown.ts";

/**
 * The error table: every way a request can fail, as a closed union. Only `src/http/failure.ts` knows status
 * numbers, and its switch does not compile until a new code is mapped there. `docs/errors.md` says the same in prose.
 */
export type ErrorCode =
  | "invalid_request" // 400
  | "invalid_credentials" // 400: a login failed; one wire text per method
  | "cas_mismatch" // 400
  | "wrapping_token_invalid" // 400
  | "permission_denied" // 403
  | "not_found" // 404, empty error list unless wire is given
  | "unsupported_path" // 404
  | "unsupported_operation" // 405
  | "precondition_failed" // 412
  | "payload_too_large" // 413
  | "unsupported_media_type" // 415
  | "rate_limited" // 429
  | "internal" // 500: `internal error` unless wire is given
  | "upstream_failed" // 502
  | "storage_unavailable"; // 503

export interface VaultErrorOptions {
  /** What the caller is told. Absent: an empty error list. */
  readonly wire?: string | undefined;
  /** Why, for the audit log and the log; never sent, never a secret. Defaults to `wire`. */
  readonly reason?: string | undefined;
  /** `true`: the wire text is wrapped as Go's multi-error (`1 error occurred: ...`) on authenticated routes. */
  readonly multi?: boolean | undefined;
  /** Extra `data` next to `errors` (a few of Vault's answers carry it). */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds, for `Retry-After`: 429, 503, and a 400 that a later try may not meet. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** The one exception of the product: a code for machines, a wire text for callers, a reason for operators. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly code: ErrorCode;
  readonly wire: string | undefined;
  readonly reason: string;
  readonly multi: boolean;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options: VaultErrorOptions = {}) {
    const reason = options.reason ?? options.wire ?? code;
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.wire = options.wire;
    this.reason = reason;
    this.multi = options.multi ?? false;
    this.data = options.data;
    this.retryAfter = options.retryAfter;
  }

  /** The same failure for an unauthenticated route, where Vault shows an error's text as it is. */
  bare(): VaultError {
    if (!this.multi) return this;
    return new VaultError(this.code, {
      reason: this.reason,
      multi: false,
      wire: this.wire,
      data: this.data,
      retryAfter: this.retryAfter,
      cause: this.cause,
    });
  }
}

/** Characters of the texts in one multi-error, but for the last one shown. */
const MULTI_CHARACTERS = 512;

/**
 * Texts as Go's multi-error prints them, which clients show and search: `1 error occurred:\n\t* x\n\n`. Of many texts
 * it shows the first ones and says how many are left out.
 */
export const multiError = (...texts: readonly string[]): string => {
  const { first, more } = firstOf(texts, MULTI_CHARACTERS);
  const lines = [...first, ...(more > 0 ? [`and ${more} more`] : [])].map((text) => `\t* ${text}\n`);
  return `${texts.length} ${texts.length === 1 ? "error" : "errors"} occurred:\n${lines.join("")}\n`;
};

/** 400 with exactly this text. */
export const invalidRequest = (wire: string, options: Omit<VaultErrorOptions, "wire"> = {}): VaultError =>
  new VaultError("invalid_request", { ...options, wire });

/** 404 with an empty error list, unless a text is given. */
export const notFound = (wire?: string): VaultError => new VaultError("not_found", { wire });

/** 403; the caller learns nothing but `permission denied`, the audit log learns why. */
export const permissionDenied = (reason: string, wire = "permission denied", multi = false): VaultError =>
  new VaultError("permission_denied", { wire, reason, multi });
