import type { Budget } from "./budget.ts";
import { AwsFailure, forCaller, isCode, later } from "./failure.ts";
import type { AwsKeys, Scope } from "./ports.ts";
import type { EngineWorld } from "./world.ts";

/**
 * IAM is eventually consistent: a new key is refused for some seconds. It is shown to STS until that accepts it; the call
 * needs no right, so it tells nothing about the key's policies.
 */

/** What AWS says of a key that it does not know yet. */
const UNKNOWN_KEY = [
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "UnrecognizedClient",
  "SignatureDoesNotMatch",
  "AuthFailure",
];
const POLL_MS = 1000;

interface Trial {
  readonly scope: Scope;
  readonly keys: AwsKeys;
  readonly budget: Budget;
}

/** Throws `upstream_failed` when AWS does not accept the key within the budget; `then` says what becomes of it. */
export const awaitKey = async (
  { aws, sleep }: EngineWorld,
  { scope, keys, budget }: Trial,
  then: string,
): Promise<void> => {
  const sts = aws.sts({ ...scope, keys }, budget);
  for (;;) {
    try {
      await sts.callerIdentity();
      return;
    } catch (cause) {
      if (!(cause instanceof AwsFailure) || (cause.kind === "refused" && !isCode(cause, ...UNKNOWN_KEY)))
        throw forCaller(cause, "Error trying the new key");
      if (budget.left() <= POLL_MS) throw later(`AWS did not accept the new key in time; ${then}`, cause);
      await sleep(POLL_MS);
    }
  }
};
