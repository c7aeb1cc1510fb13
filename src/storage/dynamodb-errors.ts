import type { AttributeValue, CancellationReason } from "@aws-sdk/client-dynamodb";
import { broken } from "./errors.ts";

/** What DynamoDB's and the network's errors mean to the table: a lost condition, worth repeating, or neither. */

/** A guard that did not hold, and the item that was there instead, if DynamoDB told. */
export interface Lost {
  readonly index: number;
  readonly image: Record<string, AttributeValue> | undefined;
}

/** As in the SDK's lists; a test holds them against each other. */
const THROTTLED: ReadonlySet<string> = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
]);
const TRANSIENT: ReadonlySet<string> = new Set(["TimeoutError", "RequestTimeout", "RequestTimeoutException"]);
const CODES: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
const TOO_MANY_REQUESTS = 429;
/** And above, of which the SDK repeats but a few. */
const SERVER_FAILED = 500;
/** How many errors behind an error are looked at. */
const CAUSES = 10;

/** Besides: every write says what it writes over, so that repeating it is safe. */
const OURS: ReadonlySet<string> = new Set([
  "TransactionConflictException",
  "ReplicatedWriteConflictException",
  "InternalServerError",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "NetworkingError",
  "AbortError",
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

const metadataOf = (error: unknown, name: "httpStatusCode" | "clockSkewCorrected"): unknown => {
  const metadata = has(error, "$metadata") ? error.$metadata : undefined;
  return has(metadata, name) ? metadata[name] : undefined;
};

const isThrottled = (error: Error): boolean =>
  THROTTLED.has(error.name) || metadataOf(error, "httpStatusCode") === TOO_MANY_REQUESTS;

const passesByName = ({ name, message }: Error): boolean =>
  TRANSIENT.has(name) || (name === "InvalidSignatureException" && message.includes("Signature expired"));

const passesByCode = (error: Error): boolean => {
  const code = has(error, "code") ? String(error.code) : "";
  if (code === "ERR_HTTP2_STREAM_ERROR") return error.message.includes("NGHTTP2_REFUSED_STREAM");
  return CODES.has(code);
};

/** What is over in a moment, by the error or by one that caused it. */
const passes = (error: unknown, depth = 0): boolean => {
  if (!(error instanceof Error) || error.name === "AbortError") return false;
  if (has(error, "$retryable") && error.$retryable !== undefined) return true;
  if (metadataOf(error, "clockSkewCorrected") === true) return true;
  if (passesByName(error) || passesByCode(error)) return true;
  if (Number(metadataOf(error, "httpStatusCode")) >= SERVER_FAILED) return true;
  return depth <= CAUSES && passes(error.cause, depth + 1);
};

/** Whether the same call may succeed a moment later. */
export const isTransient = (error: unknown): boolean => {
  if (isCancelled(error)) {
    return (error.CancellationReasons ?? []).some(({ Code }) => Code !== undefined && TRANSIENT_REASONS.has(Code));
  }
  return error instanceof Error && (OURS.has(error.name) || isThrottled(error) || passes(error));
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
