import { AddressRefused, NoAnswer, NoConnection } from "../../../outgoing/index.ts";
import { AwsFailure, type AwsFailureKind } from "../failure.ts";

/** What became of a call, out of whatever the SDK or the connection threw. */

const THROTTLES = [
  "Throttling",
  "Throttled",
  "ThrottledException",
  "RequestThrottled",
  "RequestLimitExceeded",
  "TooManyRequests",
  "PriorRequestNotComplete",
  "ConcurrentModification",
  "SlowDown",
];

/** AWS's own code; `""`: whoever answered did not say one, so it is not AWS. */
const codeOf = (cause: Error): string => {
  const code: unknown = "Code" in cause ? cause.Code : undefined;
  return typeof code === "string" && /^[\w.]{1,64}$/.test(code) ? code.replace(/Exception$/, "") : "";
};

/** The status of an answer that the SDK read as an error; 0: there was none. */
const statusOf = (cause: Error): number => {
  const metadata: unknown = "$metadata" in cause ? cause.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : 0;
};

const kindOf = (code: string, status: number): AwsFailureKind => {
  if (THROTTLES.includes(code) || status === 429) return "throttled";
  return code !== "" && status >= 400 && status < 500 ? "refused" : "unknown";
};

export const failureOf = (cause: unknown): AwsFailure => {
  if (cause instanceof AwsFailure) return cause;
  if (cause instanceof AddressRefused) return new AwsFailure("refused", "AddressRefused", { cause });
  if (cause instanceof NoConnection) return new AwsFailure("unreachable", "NoConnection", { cause });
  if (cause instanceof NoAnswer) return new AwsFailure("unknown", "NoAnswer", { cause });
  // By name: the class is the SDK's, which is loaded only when it is needed.
  if (!(cause instanceof Error)) return new AwsFailure("unknown", "Unknown");
  if (cause.name === "CredentialsProviderError") return new AwsFailure("refused", "NoCredentials", { cause });
  const code = codeOf(cause);
  return new AwsFailure(kindOf(code, statusOf(cause)), code || "NoCode", { cause });
};

/** A member that an answer must have. */
export const complete = <T>(value: T | undefined): T => {
  if (value === undefined || value === "") throw new AwsFailure("unknown", "AnswerIncomplete");
  return value;
};
