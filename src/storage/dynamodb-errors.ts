import type { AttributeValue, CancellationReason } from "@aws-sdk/client-dynamodb";
import { broken } from "./errors.ts";

/** What DynamoDB's and the network's errors mean to the table: a lost condition, worth repeating, or neither. */

/** A guard that did not hold, and the item that was there instead, if DynamoDB told. */
export interface Lost {
  readonly index: number;
  readonly image: Record<string, AttributeValue> | undefined;
}

const TRANSIENT: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "TransactionConflictException",
  "TransactionInProgressException",
  "InternalServerError",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "ReplicatedWriteConflictException",
  "TimeoutError",
  "AbortError",
  "NetworkingError",
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

const TRANSIENT_REASONS: ReadonlySet<string> = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

/** DynamoDB's name for an error says what else is in it, whichever client read it. */
const named =
  <Members extends object>(name: string) =>
  (error: unknown): error is Error & Members =>
    error instanceof Error && error.name === name;
const isLostCondition = named<{ readonly Item?: Record<string, AttributeValue> }>("ConditionalCheckFailedException");
const isCancelled = named<{ readonly CancellationReasons?: readonly CancellationReason[] }>(
  "TransactionCanceledException",
);

const has = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === "object" && value !== null && key in value;

/** Whether the same call may succeed a moment later. */
export const isTransient = (error: unknown): boolean => {
  if (isCancelled(error)) {
    return (error.CancellationReasons ?? []).some(({ Code }) => Code !== undefined && TRANSIENT_REASONS.has(Code));
  }
  if (error instanceof Error && TRANSIENT.has(error.name)) return true;
  if (has(error, "code") && typeof error.code === "string" && TRANSIENT.has(error.code)) return true;
  const metadata = has(error, "$metadata") ? error.$metadata : undefined;
  if (has(metadata, "clockSkewCorrected") && metadata.clockSkewCorrected === true) return true;
  const status = has(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined;
  return typeof status === "number" && status >= 500;
};

/** The guards that did not hold, by place in the call; empty for any other error. */
export const lostMembers = (error: unknown): readonly Lost[] => {
  if (isLostCondition(error)) return [{ index: 0, image: error.Item }];
  if (!isCancelled(error)) return [];
  return (error.CancellationReasons ?? []).flatMap(({ Code, Item }, index) =>
    Code === "ConditionalCheckFailed" ? [{ index, image: Item }] : [],
  );
};

/**
 * Rethrows a failed condition as it is, for the caller to read; an error that a retry cannot help becomes broken
 * storage.
 */
export const throwUnlessTransient = (what: string, error: unknown): void => {
  if (lostMembers(error).length > 0) throw error;
  if (!isTransient(error)) throw broken(`${what}: ${error instanceof Error ? error.name : "failed"}`, error);
};
