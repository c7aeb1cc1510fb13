import { invalidRequest, VaultError } from "../../framework/index.ts";

/**
 * How AWS fails, in words of our own. Its error codes are passed on; its texts, which name accounts, principals and
 * resources, stay in the adapter that read them.
 */

export type AwsFailureKind =
  /** AWS refused the call and did nothing. */
  | "refused"
  /** It refused because there were too many calls. */
  | "throttled"
  /** It was not reached: nothing was done. */
  | "unreachable"
  /** The call was sent and no whole answer came: nobody knows whether it took effect. */
  | "unknown";

export class AwsFailure extends Error {
  override readonly name = "AwsFailure";
  readonly kind: AwsFailureKind;
  /** AWS's error code without `Exception` at its end: `NoSuchEntity`, `AccessDenied`. */
  readonly code: string;
  constructor(kind: AwsFailureKind, code: string, options?: ErrorOptions) {
    super(code, options);
    this.kind = kind;
    this.code = code;
  }
}

export const isCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof AwsFailure && codes.includes(cause.code);

/** One text for a closed port, a silent one and a server that is not AWS: choosing an endpoint must not tell them apart. */
const AWAY = "AWS could not be reached, or gave no whole answer in time";

const textOf = ({ kind, code }: AwsFailure): string => (kind === "refused" || kind === "throttled" ? code : AWAY);

/**
 * The failure for the caller, Vault's words in front of the code; anything else passes as it is. A refusal is something
 * that somebody can put right (400); the rest may go better another time (502).
 */
export const forCaller = (cause: unknown, before: string): unknown => {
  if (!(cause instanceof AwsFailure)) return cause;
  const wire = `${before}: ${textOf(cause)}`;
  if (cause.kind === "refused") return invalidRequest(wire, { cause });
  return new VaultError("upstream_failed", { wire, reason: `${before}: ${cause.kind} ${cause.code}`, cause });
};

/**
 * The same where the work is tried again until it succeeds, as a revocation is: even a refusal may go better later, for
 * rights that are missing can be granted.
 */
export const forRetry = (cause: unknown, before: string): unknown =>
  cause instanceof AwsFailure ? later(`${before}: ${textOf(cause)}`, cause) : cause;

/** What may go better another time, in words of our own. */
export const later = (wire: string, cause?: unknown): VaultError => new VaultError("upstream_failed", { wire, cause });

/** What Vault answers with 500 although the caller or the operator can put it right: 400 here, with Vault's text. */
export const broken = (wire: string, cause?: unknown): VaultError =>
  new VaultError("invalid_request", { wire, multi: true, cause });

/** Runs a call; a failure gets `before` in front of it. */
export const told = async <T>(before: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (cause) {
    throw forCaller(cause, before);
  }
};
