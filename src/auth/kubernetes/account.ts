import { permissionDenied } from "../../framework/index.ts";
import {
  type Algorithm,
  checkClaims,
  parseToken,
  pemKeys,
  TokenRefused,
  type UnverifiedToken,
  unverifiedClaims,
} from "../../jwt/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { restate } from "../../std/restate.ts";
import type { Config } from "./config.ts";
import type { Role } from "./roles.ts";

/**
 * The service account that a token names, in the layout of projected tokens or in that of secrets.
 *
 * Security: until the cluster has reviewed the token, all of this is what the caller says. It may refuse a login, and it
 * is compared with the review; nothing is granted by it.
 */
export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** Empty where the token has none. */
  readonly uid: string;
  /** Of the secret a token of the old layout is from; else empty. */
  readonly secretName: string;
  readonly audiences: readonly string[];
}

export interface ShownToken {
  readonly token: UnverifiedToken;
  readonly account: Account;
}

/** What clusters sign with. */
const ALGORITHMS: readonly Algorithm[] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const WRONG_ALGORITHM = "invalid algorithm (alg) header parameter: token signed with unexpected algorithm";
/** The issuer of tokens from secrets. */
const DEFAULT_ISSUER = "kubernetes/serviceaccount";

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

const OLD = "kubernetes.io/serviceaccount/";

const accountIn = (claims: JsonObject): Account => {
  const inside = claims["kubernetes.io"];
  const projected = isJsonObject(inside) ? inside : undefined;
  const account = isJsonObject(projected?.["serviceaccount"]) ? projected["serviceaccount"] : undefined;
  const { aud } = claims;
  return {
    namespace: text(projected ? projected["namespace"] : claims[`${OLD}namespace`]),
    name: text(account ? account["name"] : claims[`${OLD}service-account.name`]),
    uid: text(account ? account["uid"] : claims[`${OLD}service-account.uid`]),
    secretName: text(claims[`${OLD}secret.name`]),
    audiences: [aud ?? []].flat().filter((one) => typeof one === "string"),
  };
};

const tell = (cause: TokenRefused) => permissionDenied(cause.message, cause.message);

/** Reads a token and judges its algorithm, issuer, audience and times. Throws 403 with Vault's text. */
export const readToken = (jwt: string, role: Role, config: Config, nowMs: number): ShownToken =>
  restate(TokenRefused, tell, () => {
    const token = parseToken(jwt);
    const claims = unverifiedClaims(token);
    if (!ALGORITHMS.includes(token.algorithm)) throw new TokenRefused(WRONG_ALGORITHM);
    const issuer = config.disable_iss_validation ? undefined : config.issuer || DEFAULT_ISSUER;
    const audiences = role.audience === "" ? undefined : [role.audience];
    checkClaims(claims, { issuer, audiences, timeless: true }, nowMs);
    return { token, account: accountIn(claims) };
  });

/** Checks the signature where keys are configured. Throws 403. */
export const checkSignature = async (token: UnverifiedToken, { pem_keys }: Config): Promise<void> => {
  if (pem_keys.length === 0 || (await pemKeys(pem_keys).verifies(token, "at hand"))) return;
  throw permissionDenied("none of pem_keys signed the token");
};
