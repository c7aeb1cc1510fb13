import { createHash } from "node:crypto";
import { type KeySet, TokenRefused, type VerifiedToken, verifyJwt } from "../../../jwt/index.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../../std/json.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import type { Config } from "../config.ts";
import type { Role } from "../role-rules.ts";
import type { State } from "./states.ts";

/**
 * An ID token, checked against the login it ends. Source: OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8;
 * hashicorp/cap, `oidc.Provider.VerifyIDToken`.
 */

const SKEW_SECONDS = 60;

export interface IdTokenQuestion {
  readonly keys: KeySet;
  readonly config: Config;
  readonly role: Role;
  readonly state: State;
  /** Where they came along with the token: its hashes must be theirs. */
  readonly accessToken?: string | undefined;
  readonly code?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const refuse = (what: string): never => {
  throw new TokenRefused(`invalid id_token: ${what}`);
};

const checkNonce = (claim: JsonValue | undefined, { nonce }: State): void => {
  if (typeof claim !== "string" || !sameSecret(claim, nonce)) refuse("nonce");
};

/** The token is for this client; if for others too, this client is the party it was issued to. */
const checkParty = ({ aud, azp }: JsonObject, client: string): void => {
  const audiences = [aud ?? []].flat();
  if (audiences.length === 0) refuse("audience");
  if (azp !== undefined && azp !== client) refuse("authorized party");
  const [only] = audiences;
  if (audiences.length === 1 ? only !== client && azp !== client : !audiences.includes(client) || azp !== client)
    refuse("audience");
};

const checkAge = ({ auth_time: time }: JsonObject, { max_age }: Role, nowMs: number): void => {
  if (max_age === 0) return;
  const at = time instanceof JsonNumber ? Number(time.value) : time;
  if (typeof at !== "number") refuse("auth_time is missing though max_age was asked for");
  else if (at + max_age + SKEW_SECONDS < nowMs / 1000) refuse("the user authenticated too long ago");
};

const HASHES: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/** The left half of the hash that belongs to the token's algorithm. */
const halfHash = (text: string, algorithm: string): string => {
  const digest = createHash(HASHES[algorithm.slice(2)] ?? "sha512")
    .update(text)
    .digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
};

const checkHash = (token: VerifiedToken, name: "at_hash" | "c_hash", text: string | undefined): void => {
  const claim = token.claims[name];
  if (claim === undefined || text === undefined) return;
  if (claim !== halfHash(text, token.algorithm)) refuse(name);
};

/** The token's claims, without its nonce. Throws `TokenRefused`, or `SourceUnavailable`. */
export const verifyIdToken = async (text: string, question: IdTokenQuestion): Promise<JsonObject> => {
  const { keys, config, role, state, accessToken, code, now } = question;
  const expected = {
    issuer: config.oidc_discovery_url,
    audiences: role.bound_audiences ?? [],
    algorithms: config.jwt_supported_algs,
  };
  const token = await verifyJwt(text, keys, expected, now);
  const { nonce, ...claims } = token.claims;
  if (claims["exp"] === undefined || claims["iat"] === undefined) refuse("exp or iat is missing");
  if (typeof claims["sub"] !== "string" || claims["sub"] === "") refuse("sub is missing");
  checkNonce(nonce, state);
  checkParty(claims, config.oidc_client_id);
  checkAge(claims, role, now);
  checkHash(token, "at_hash", accessToken);
  checkHash(token, "c_hash", code);
  return claims;
};
