import { KeysUnavailable, OpenRefused } from "../crypto/index.ts";
import { VaultError } from "../std/errors.ts";

/** How failures of the table and the keys become the errors callers see. */

const RETRY_AFTER_SECONDS = 1;

/** 503: the table or KMS is throttled or out of reach. */
export const unavailable = (reason: string, cause?: unknown): VaultError =>
  new VaultError("storage_unavailable", { reason, retryAfter: RETRY_AFTER_SECONDS, cause });

/** 500: the table's contents cannot be trusted, or storage was used wrongly. */
export const broken = (reason: string, cause?: unknown): VaultError => new VaultError("internal", { reason, cause });

/** 413, for values beyond the limit. */
export const tooLarge = (reason: string): VaultError =>
  new VaultError("payload_too_large", { wire: "put failed due to value being too large", reason });

/** 400, for paths no key can hold. */
export const tooDeep = (reason: string): VaultError => new VaultError("invalid_request", { wire: reason });

/** Errors of the crypto layer as callers of storage see them; others pass. `place` is opaque text. */
export const translateCrypto = (error: unknown, place: string): unknown => {
  if (error instanceof OpenRefused) return broken(`refused ${place}: ${error.message}`, error);
  if (error instanceof KeysUnavailable) return unavailable(error.message, error);
  return error;
};

/** Whether something did not open, already translated or not. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof OpenRefused || (error instanceof VaultError && error.cause instanceof OpenRefused);
