import { type ErrorCode, multiError, VaultError } from "../framework/errors.ts";
import { defined } from "../std/defined.ts";
import { jsonResponse } from "./encode.ts";
import type { HttpResponse } from "./message.ts";

/**
 * The only place that knows the status of an error. An exception other than `VaultError` is a bug:
 * the caller learns nothing but the id to ask about.
 */

/**
 * Does not compile until a new code has its status here. Source: Vault documentation, "HTTP API", and docs/errors.md.
 */
export const statusOf = (code: ErrorCode): number => {
  switch (code) {
    case "invalid_request":
    case "invalid_credentials":
    case "cas_mismatch":
    case "wrapping_token_invalid":
      return 400;
    case "permission_denied":
      return 403;
    case "not_found":
    case "unsupported_path":
      return 404;
    case "unsupported_operation":
      return 405;
    case "precondition_failed":
      return 412;
    case "payload_too_large":
      return 413;
    case "unsupported_media_type":
      return 415;
    case "rate_limited":
      return 429;
    case "internal":
      return 500;
    case "upstream_failed":
      return 502;
    case "storage_unavailable":
      return 503;
  }
};

/** The default texts where the program gave none. */
const DEFAULT_TEXTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  permission_denied: "permission denied",
  internal: "internal error",
  upstream_failed: "upstream service failed",
  storage_unavailable: "storage is unavailable, try again",
};

const INTERNAL = new VaultError("internal", { wire: "internal error" });

/** `{"errors":[…]}` with the status of the code; internal failures also carry the id of the request. */
export const encodeError = (error: unknown, requestId: string): HttpResponse => {
  const failure = error instanceof VaultError ? error : INTERNAL;
  const text = failure.wire ?? DEFAULT_TEXTS[failure.code];
  const errors = text === undefined ? [] : [failure.multi ? multiError(text) : text];
  const unknown = failure === INTERNAL || (failure.code === "internal" && failure.wire === undefined);
  const answered = jsonResponse(
    statusOf(failure.code),
    defined({
      errors,
      data: failure.data,
      request_id: unknown ? requestId : undefined,
    }),
  );
  if (failure.retryAfter === undefined) return answered;
  const seconds = String(Math.max(0, Math.ceil(failure.retryAfter)));
  return { ...answered, headers: { ...answered.headers, "retry-after": seconds } };
};
