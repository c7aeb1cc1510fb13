import { createHash } from "node:crypto";
import { z } from "zod";
import type { Core } from "../../../core/core.ts";
import { findEntity } from "../../../core/identity/find.ts";
import { ownRequest } from "../../../core/request/context.ts";
import { type BackendContext, field, op, path } from "../../../framework/index.ts";
import { writeJson } from "../../../std/json.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import { epochSeconds } from "../../../std/time.ts";
import { issueAccessToken } from "./access-tokens.ts";
import { type Grant, spendCode } from "./codes.ts";
import { OAuthError, orRefusal, type Refused, refusal, refuse } from "./errors.ts";
import { providerIssuer } from "./issuer.ts";
import { type Algorithm, type Pair, signWith } from "./keys.ts";
import { allows, type Client, NAMESPACE, type Provider, readClientById, readProvider } from "./model.ts";
import { checkVerifier } from "./pkce.ts";
import { signingKey } from "./rotation.ts";
import { scopeClaims } from "./scopes.ts";
import { isAssigned, subjectOf } from "./subject.ts";

/**
 * `identity/oidc/provider/:name/token`: a client fetches what a code stands for, an id token and an access token. It is
 * open: the client authenticates itself, by its secret or, without one, by PKCE.
 *
 * Source: OpenID Connect Core 1.0, section 3.1.3; RFC 6749, section 5.2; the texts and their order are Vault's.
 */

const Input = z.object({
  grant_type: field.text("`authorization_code`."),
  code: field.text("The code."),
  redirect_uri: field.text("The one that the authorization named."),
  client_id: field.text("Id of the client, unless it is in `Authorization: Basic`."),
  client_secret: field.text("Its secret, unless it is in `Authorization: Basic`."),
  code_verifier: field.text("Of PKCE."),
});
type Given = z.output<typeof Input>;

const Tokens = z.object({
  token_type: z.string(),
  access_token: z.string().describe("good for userinfo alone"),
  id_token: z.string().describe("a JWT"),
  expires_in: z.number().describe("seconds that the access token lives"),
});

/** The client behind a request. Throws `Refused`: unknown and wrongly authenticated ones are told the same. */
const authenticate = async (input: Given, cx: BackendContext): Promise<Client> => {
  const { basic } = ownRequest(cx).decoded;
  const id = basic?.name ?? input.client_id ?? "";
  if (!basic && id === "") return refuse("invalid_request", "client_id parameter is required");
  const client = await readClientById(cx.storage, id);
  const given = basic ? basic.secret.reveal() : (input.client_secret ?? "");
  const isHeld = client?.client_type === "public" || sameSecret(client?.client_secret ?? "", given);
  if (!client || !isHeld) return refuse("invalid_client", "client failed to authenticate");
  return client;
};

const checkGrantType = (type: string): void => {
  if (type === "") refuse("invalid_request", "grant_type parameter is required");
  if (type !== "authorization_code") refuse("unsupported_grant_type", "unsupported grant_type value");
};

/** What the code stands for, once it is spent. Throws `Refused` for one that is not this client's to fetch. */
const grantOf = async (name: string, client: Client, input: Given, cx: BackendContext): Promise<Grant> => {
  const { code = "", redirect_uri = "" } = input;
  if (code === "") return refuse("invalid_request", "code parameter is required");
  const grant = await spendCode(code, cx);
  if (!grant) return refuse("invalid_grant", "authorization grant is invalid or expired");
  if (grant.client_id !== client.client_id) {
    return refuse("invalid_grant", "authorization code was not issued to the client");
  }
  if (grant.provider !== name) return refuse("invalid_grant", "authorization code was not issued by the provider");
  if (redirect_uri === "") return refuse("invalid_request", "redirect_uri parameter is required");
  if (grant.redirect_uri !== redirect_uri) {
    return refuse("invalid_grant", "redirect_uri does not match the redirect_uri used in the authorization request");
  }
  return grant;
};

const HASH: Readonly<Record<Algorithm, string>> = {
  RS256: "sha256",
  ES256: "sha256",
  RS384: "sha384",
  ES384: "sha384",
  RS512: "sha512",
  ES512: "sha512",
  // Ed25519 is defined over SHA-512.
  EdDSA: "sha512",
};

/** The left half of a text's hash: binds an id token to what was issued with it. */
const halfHash = (algorithm: Algorithm, text: string): string => {
  const digest = createHash(HASH[algorithm]).update(text).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
};

interface Exchange {
  readonly name: string;
  readonly provider: Provider;
  readonly client: Client;
  readonly algorithm: Algorithm;
  readonly signing: Pair;
}

const tokensFor = async (
  core: Core,
  { name, provider, client, algorithm, signing }: Exchange,
  input: Given,
  cx: BackendContext,
) => {
  const grant = await grantOf(name, client, input, cx);
  const entity = await findEntity(core, grant.entity_id);
  if (!entity) return refuse("invalid_request", "identity entity associated with the request not found");
  if (!(await isAssigned(entity, client.assignments, cx))) {
    return refuse("invalid_request", "identity entity not authorized by client assignment");
  }
  checkVerifier(grant, input.code_verifier ?? "", client.client_type === "public");
  const claims = await scopeClaims(grant.scopes, provider, subjectOf(core, entity), cx.storage);
  const access = { provider: name, client_id: client.client_id, scopes: grant.scopes };
  const accessToken = (await issueAccessToken(core, access, entity.id, client.access_token_ttl, cx)).reveal();
  const now = epochSeconds(core.clock.now());
  const idToken = {
    ...claims,
    iss: providerIssuer(core, provider.issuer, name),
    namespace: NAMESPACE,
    sub: entity.id,
    aud: client.client_id,
    iat: now,
    exp: now + client.id_token_ttl,
    ...(grant.nonce === "" ? {} : { nonce: grant.nonce }),
    ...(grant.auth_time === 0 ? {} : { auth_time: grant.auth_time }),
    at_hash: halfHash(algorithm, accessToken),
    c_hash: halfHash(algorithm, input.code ?? ""),
  };
  return {
    token_type: "Bearer",
    access_token: accessToken,
    id_token: await signWith(signing, writeJson(idToken)),
    expires_in: client.access_token_ttl,
  };
};

const exchangeFor = async (name: string, input: Given, cx: BackendContext): Promise<Exchange> => {
  const provider = await readProvider(cx.storage, name);
  if (!provider) return refuse("invalid_request", "provider not found");
  const client = await authenticate(input, cx);
  if (!allows(provider.allowed_client_ids, client.client_id)) {
    return refuse("invalid_client", "client is not authorized to use the provider");
  }
  checkGrantType(input.grant_type ?? "");
  const key = await signingKey(client.key, cx);
  if (!key?.signing || !allows(key.allowed_client_ids, client.client_id)) {
    return refuse("invalid_client", "client is not authorized to use the key");
  }
  return { name, provider, client, algorithm: key.algorithm, signing: key.signing };
};

/** Source: RFC 6749, section 5.1: neither tokens nor refusals may be kept. */
const NOT_KEPT = { pragma: "no-cache" } as const;

const refused = (cause: Refused) =>
  cause.code === "invalid_client"
    ? { ...refusal(cause, 401), headers: { ...NOT_KEPT, "www-authenticate": "Basic" } }
    : { ...refusal(cause, 400), headers: NOT_KEPT };

const exchange = (core: Core, name: string, input: Given, cx: BackendContext) =>
  orRefusal(async () => {
    const checked = await exchangeFor(name, input, cx);
    return { bare: await tokensFor(core, checked, input, cx), headers: NOT_KEPT };
  }, refused);

export const exchangePaths = (core: Core) => [
  path("oidc/provider/{name}/token", {
    summary: "token endpoint of a provider",
    params: { name: "name of the provider" },
    ops: {
      update: op({
        summary: "exchange a code for tokens",
        access: "unauthenticated",
        answers: [
          { bare: Tokens, headers: ["pragma"] },
          { bare: OAuthError, headers: ["pragma", "www-authenticate"] },
        ],
        input: Input,
        handle: ({ params, input }, cx) => exchange(core, params.name, input, cx),
      }),
    },
  }),
];
