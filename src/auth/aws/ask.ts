import { VaultError } from "../../framework/index.ts";
import { restateLater } from "../../std/restate.ts";
import { LookupFailed } from "./ports.ts";

/**
 * Runs look-ups; where AWS could not be asked, the request fails with 502 and `what`, never with AWS's own words.
 * Everything else that is thrown passes through.
 */
export const askAws = <T>(what: string, ask: () => Promise<T>): Promise<T> => {
  const failed = (cause: LookupFailed) =>
    new VaultError("upstream_failed", {
      wire: `${what}: AWS could not be asked`,
      reason: `${what}: ${cause.code}`,
      cause,
    });
  return restateLater(LookupFailed, failed, ask);
};
