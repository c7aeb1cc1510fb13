/**
 * What a backend has the network asked for: whether somebody controls a name or an address. A backend that must not
 * reach the network says what is to be checked; another function checks it, and the backend reads the verdict.
 */

/** How control is proved: RFC 8555, sections 8.3 and 8.4, and RFC 8737. */
export const CHALLENGE_KINDS = ["http-01", "dns-01", "tls-alpn-01"] as const;
export type ChallengeKind = (typeof CHALLENGE_KINDS)[number];

export interface Challenge {
  readonly kind: ChallengeKind;
  /** A name in ASCII without a wildcard, or an IP address. */
  readonly identifier: string;
  readonly token: string;
  /** The token, a dot, and the thumbprint of the key of whoever wants to prove it. Not a secret. */
  readonly keyAuthorization: string;
  /** `address:port` of the name service to ask; `""`: the system's. */
  readonly resolver: string;
}

/** Why an attempt failed: a type of RFC 8555, section 6.7, and words for whoever wants to prove it. */
export interface ChallengeFailure {
  readonly type: "connection" | "dns" | "incorrectResponse" | "tls";
  readonly detail: string;
}

/** What is known of a challenge. `open`: not decided yet; the failure is that of the last attempt. */
export type ChallengeState =
  | { readonly state: "open"; readonly failure?: ChallengeFailure | undefined }
  /** When it was proved, epoch milliseconds. */
  | { readonly state: "valid"; readonly at: number }
  | { readonly state: "invalid"; readonly failure: ChallengeFailure };

/** A mount's part of the challenges: ids of one mount mean nothing in another. */
export interface Challenges {
  /** Has it checked, unless it is being checked or was decided lately. */
  ask(id: string, challenge: Challenge): Promise<void>;
  /** `undefined`: it was never asked for, or is long over. */
  look(ids: readonly string[]): Promise<readonly (ChallengeState | undefined)[]>;
}
