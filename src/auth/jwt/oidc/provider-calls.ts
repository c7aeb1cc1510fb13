import type { Discovery } from "../../../jwt/index.ts";
import { type Fetch, failureReason, type OutgoingAnswer } from "../../../outgoing/index.ts";
import { isJsonObject, type JsonObject, readJson } from "../../../std/json.ts";
import type { Config } from "../config.ts";
import { exchangeFailed } from "./failures.ts";
import type { State } from "./states.ts";

/**
 * What the provider is asked behind the browser's back: to exchange a code, and about its user.
 *
 * Security: client secret, code and access token go to the endpoints of the configured provider alone, over TLS, and
 * follow no redirect. Of an error only a code out of the standard's list is passed on.
 */

const DEADLINE_MS = 5_000;
const MOST_BYTES = 256 * 1024;

const parse = (body: string): JsonObject | undefined => {
  const value = readJson(body);
  return isJsonObject(value) ? value : undefined;
};

/** Source: RFC 6749, section 5.2. */
const ERRORS = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
]);

const errorOf = ({ status, body }: OutgoingAnswer): string => {
  const error = parse(body)?.["error"];
  return typeof error === "string" && ERRORS.has(error) ? error : `status ${status}`;
};

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

/** As a form wants it: RFC 6749 has id and secret encoded before they are joined. */
const encoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

const authorization = (config: Config): string => {
  const pair = `${encoded(config.oidc_client_id)}:${encoded(config.oidc_client_secret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
};

export interface Provider {
  readonly fetch: Fetch;
  readonly discovery: Discovery;
  readonly config: Config;
}

const request = (provider: Provider, url: URL, state: State, code: string) => {
  const { config, discovery } = provider;
  const form = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: state.redirect_uri });
  if (state.verifier !== "") form.set("code_verifier", state.verifier);
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (discovery.basic) headers["authorization"] = authorization(config);
  else {
    form.set("client_id", config.oidc_client_id);
    form.set("client_secret", config.oidc_client_secret);
  }
  return { method: "POST" as const, url, headers, body: form.toString() };
};

const caOf = ({ oidc_discovery_ca_pem: ca }: Config) => (ca === "" ? undefined : ca);

/** Throws `invalid_request`: a code works once, so nobody need try again. */
export const exchangeCode = async (provider: Provider, state: State, code: string): Promise<Tokens> => {
  const { fetch, discovery, config } = provider;
  if (!discovery.token) throw exchangeFailed("the provider has no token endpoint");
  const asked = request(provider, discovery.token, state, code);
  const limits = { deadlineMs: DEADLINE_MS, mostBytes: MOST_BYTES, ca: caOf(config) };
  const answer = await fetch({ ...asked, ...limits }).catch((cause: unknown) => {
    throw exchangeFailed("the provider did not answer", failureReason(cause));
  });
  if (answer.status !== 200) throw exchangeFailed(`unable to exchange auth code with provider: ${errorOf(answer)}`);
  const { id_token, access_token } = parse(answer.body) ?? {};
  if (typeof id_token !== "string") throw exchangeFailed("id_token is missing from auth code exchange");
  return { idToken: id_token, accessToken: typeof access_token === "string" ? access_token : "" };
};

/** Claims that stay as the ID token's signature covers them. */
const SIGNED = ["iss", "sub", "aud", "azp", "exp", "nbf", "iat", "auth_time"];

/** What userinfo adds to the claims; `undefined` where it has nothing to say, or speaks of somebody else. */
export const userInfo = async (
  { fetch, discovery, config }: Provider,
  accessToken: string,
  claims: JsonObject,
): Promise<JsonObject | undefined> => {
  if (!discovery.userinfo || accessToken === "") return undefined;
  const answer = await fetch({
    method: "GET",
    url: discovery.userinfo,
    headers: { accept: "application/json", authorization: `Bearer ${accessToken}` },
    deadlineMs: DEADLINE_MS,
    mostBytes: MOST_BYTES,
    ca: caOf(config),
  }).catch(() => undefined);
  const info = answer?.status === 200 ? parse(answer.body) : undefined;
  if (!info || info["sub"] !== claims["sub"]) return undefined;
  if (info["iss"] !== undefined && info["iss"] !== discovery.issuer) return undefined;
  return Object.fromEntries(Object.entries(info).filter(([name]) => !SIGNED.includes(name)));
};
