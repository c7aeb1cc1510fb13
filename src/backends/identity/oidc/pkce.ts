import { createHash } from "node:crypto";
import { sameSecret } from "../../../std/same-secret.ts";
import { refuse } from "./errors.ts";

/** Proof Key for Code Exchange: whoever fetches a code is who asked for it. Source: RFC 7636. */

export interface Challenge {
  /** Empty: none was sent. */
  readonly code_challenge: string;
  readonly code_challenge_method: "plain" | "S256";
}

const LEAST = 43;
const MOST = 128;

/** The challenge of an authorization request. Throws `Refused` with Vault's texts. */
export const challengeOf = (challenge: string | undefined, method: string, isPublic: boolean): Challenge => {
  if (challenge === undefined) {
    if (isPublic) refuse("invalid_request", "PKCE is required for public clients");
    return { code_challenge: "", code_challenge_method: "plain" };
  }
  if (method !== "" && method !== "plain" && method !== "S256") {
    refuse("invalid_request", "invalid code_challenge_method");
  }
  if (challenge.length < LEAST || challenge.length > MOST) refuse("invalid_request", "invalid code_challenge");
  return { code_challenge: challenge, code_challenge_method: method === "S256" ? "S256" : "plain" };
};

const derived = (verifier: string, method: Challenge["code_challenge_method"]): string =>
  method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url");

/** Throws `Refused` unless the verifier answers the challenge, or neither was sent by a client that may do without. */
export const checkVerifier = (challenge: Challenge, verifier: string, isPublic: boolean): void => {
  if (challenge.code_challenge === "") {
    if (isPublic) refuse("invalid_request", "PKCE is required for public clients");
    if (verifier !== "") refuse("invalid_request", "unexpected code_verifier for token exchange");
    return;
  }
  if (verifier === "") refuse("invalid_request", "expected code_verifier for token exchange");
  if (!sameSecret(derived(verifier, challenge.code_challenge_method), challenge.code_challenge)) {
    refuse("invalid_grant", "invalid code_verifier for token exchange");
  }
};
