import { compactVerify, type KeyInput } from "jose";
import type { JsonObject } from "../std/json.ts";
import type { Algorithm } from "./algorithms.ts";
import { TokenRefused } from "./errors.ts";
import { type UnverifiedToken, unverifiedClaims } from "./token.ts";

/** Who signed: a token becomes a `VerifiedToken` by a key of a `KeySet`, and by nothing else. */

export interface KeySet {
  /**
   * Whether one of the keys signed the token: the keys at hand, or the newest ones if newer ones can be had. Throws
   * `SourceUnavailable` where there are none because their provider does not answer.
   */
  verifies(token: UnverifiedToken, keys: "at hand" | "newest"): Promise<boolean>;
}

/** Whether this key signed the token. A key of another kind, or a weak one, did not. */
export const verifiesWith = async (key: KeyInput, { compact, algorithm }: UnverifiedToken): Promise<boolean> => {
  try {
    await compactVerify(compact, key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
};

export class VerifiedToken {
  readonly algorithm: Algorithm;
  // Private, so that the type is nominal: an object that only looks like a verified token is none.
  readonly #claims: JsonObject;

  private constructor(token: UnverifiedToken) {
    this.algorithm = token.algorithm;
    this.#claims = unverifiedClaims(token);
  }

  get claims(): JsonObject {
    return this.#claims;
  }

  /** Throws `TokenRefused`; `SourceUnavailable` where keys are missing that might have signed it. */
  static async by(keys: KeySet, token: UnverifiedToken): Promise<VerifiedToken> {
    if ((await keys.verifies(token, "at hand")) || (await keys.verifies(token, "newest")))
      return new VerifiedToken(token);
    throw new TokenRefused("error verifying token signature: no known key successfully validated the token signature");
  }
}

/** Signed by a key of any of these sets. One whose provider is down matters only if no other verifies. */
export const anyOf = (sets: readonly KeySet[]): KeySet => ({
  verifies: async (token, keys) => {
    const failures: unknown[] = [];
    for (const set of sets) {
      try {
        if (await set.verifies(token, keys)) return true;
      } catch (cause) {
        failures.push(cause);
      }
    }
    if (failures.length > 0 && keys === "newest") throw failures[0];
    return false;
  },
});
