import type { Algorithm } from "./algorithms.ts";
import { checkClaims, type Expected } from "./claims.ts";
import { TokenRefused } from "./errors.ts";
import { type KeySet, VerifiedToken } from "./signature.ts";
import { parseToken } from "./token.ts";

export interface ExpectedToken extends Expected {
  /** Empty: any of `ALGORITHMS` that a key can check. */
  readonly algorithms?: readonly Algorithm[] | undefined;
}

/**
 * Reads a token, checks who signed it, and then what it says: signature, algorithm, issuer, subject, audience, times.
 *
 * Throws `TokenRefused`, whose message is Vault's reason; `SourceUnavailable` without an answer from the provider of the
 * keys, or with one that makes no sense. Takes the time in milliseconds since the epoch.
 */
export const verifyJwt = async (
  text: string,
  keys: KeySet,
  expected: ExpectedToken,
  nowMs: number,
): Promise<VerifiedToken> => {
  const token = await VerifiedToken.by(keys, parseToken(text));
  const { algorithms = [] } = expected;
  if (algorithms.length > 0 && !algorithms.includes(token.algorithm))
    throw new TokenRefused("invalid algorithm (alg) header parameter: token signed with unexpected algorithm");
  checkClaims(token.claims, expected, nowMs);
  return token;
};
