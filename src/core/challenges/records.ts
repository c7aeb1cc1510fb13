import type { Challenge, ChallengeFailure, ChallengeState } from "../../framework/challenges.ts";
import { DOMAINS, openChallengeAddress, verdictAddress } from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";

/** The two items of a challenge, by its tag. */

/** What is to be checked, and how far that has come. */
export interface OpenChallenge {
  readonly challenge: Challenge;
  /** Attempts that failed. */
  readonly failures: number;
  /** Of the last attempt. */
  readonly failure?: ChallengeFailure | undefined;
  /** When the next attempt is due, epoch milliseconds. */
  readonly dueMs: number;
  /** Until when somebody has it, epoch milliseconds; 0: nobody. */
  readonly claimedUntilMs: number;
}

export type Verdict = Exclude<ChallengeState, { readonly state: "open" }>;

export const addressesOf = (tag: string): { readonly open: Address; readonly verdict: Address } => ({
  open: openChallengeAddress(tag),
  verdict: verdictAddress(tag),
});

export const CHALLENGE_DOMAIN = DOMAINS.challenge;
