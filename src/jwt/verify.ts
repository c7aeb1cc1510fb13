import type { Algorithm } from "./algorithms.ts";
import { checkClaims, type Expected } from "./claims.ts";
import { SourceUnavailable, TokenRefused } from "./errors.ts";
import { type KeySet, VerifiedToken } from "./signature.ts";
import { parseToken } from "./token.ts";

export interface ExpectedToken extends Expected {
  /** Empty: any of `ALGORITHMS` that a key can check. */
  readonly algorithms?: readonly Algorithm[] | undefined;
}

const verified = async (text: string, keys: KeySet): Promise<VerifiedToken> => {
  const token = parseToken(text);
  try {
    return await VerifiedToken.by(keys, token);
  } catch (cause) {
    if (!(cause instanceof SourceUnavailable)) throw cause;
    const { message, reason } = cause;
    throw new TokenRefused(`error verifying token signature: ${message}`, { reason: `keys: ${reason}`, cause });
  }
};

/**
 * Reads a token, checks who signed it, and then what it says: signature, algorithm, issuer, subject, audience, times.
 *
 * Security: without an answer from the provider of the keys, or with one that makes no sense, the token is refused.
 * Throws `TokenRefused`, whose message is Vault's reason. Takes the time in milliseconds since the epoch.
 */
export const verifyJwt = async (
  text: string,
  keys: KeySet,
  expected: ExpectedToken,
  nowMs: number,
): Promise<VerifiedToken> => {
  const token = await verified(text, keys);
  const { algorithms = [] } = expected;
  if (algorithms.length > 0 && !algorithms.includes(token.algorithm))
    throw new TokenRefused("invalid algorithm (alg) header parameter: token signed with unexpected algorithm");
  checkClaims(token.claims, expected, nowMs);
  return token;
};
