import { invalidRequest, VaultError } from "../../../framework/index.ts";
import { SourceUnavailable } from "../../../jwt/index.ts";
import { goQuote } from "../../../std/go-quote.ts";

/** How a login with a browser fails: in the words that Vault's command line and web page look for. */

export const loginFailed = (why: string, reason?: string): VaultError => {
  const wire = `Vault login failed. ${why}`;
  return invalidRequest(wire, { reason: reason === undefined ? wire : `${wire} ${reason}` });
};

export const expired = (): VaultError => loginFailed("Expired or missing OAuth state.");

/** `why` is ours; what the provider said is for operators only. */
export const exchangeFailed = (why: string, reason?: string): VaultError =>
  loginFailed(`Error exchanging oidc code: ${goQuote(why)}.`, reason);

/** Asked for what the provider says of itself, or for its keys, it did not answer. */
export const providerDown = (cause: unknown): VaultError => {
  if (!(cause instanceof SourceUnavailable)) throw cause;
  return new VaultError("upstream_failed", {
    wire: "the OIDC provider did not answer",
    reason: `OIDC provider: ${cause.reason}`,
    retryAfter: 5,
    cause,
  });
};
