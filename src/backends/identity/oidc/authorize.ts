import { z } from "zod";
import { callerOf } from "../../../core/request/context.ts";
import { type BackendContext, field, op, path } from "../../../framework/index.ts";
import { epochSeconds } from "../../../std/time.ts";
import { issueCode } from "./codes.ts";
import { OAuthError, orRefusal, Refused, refusal, refuse } from "./errors.ts";
import { allows, type Client, readClientById, readProvider } from "./model.ts";
import { challengeOf } from "./pkce.ts";
import { isRedirectAllowed } from "./redirects.ts";
import { scopesAsked } from "./scopes.ts";
import { isAssigned } from "./subject.ts";

/**
 * `identity/oidc/provider/:name/authorize`: the caller, by the entity of its token, lets a client know who it is. The
 * answer is a code, for whoever asked: this server sends nobody anywhere, neither with a code nor with an error.
 *
 * Source: OpenID Connect Core 1.0, section 3.1.2; the texts and their order are Vault's.
 */

const Input = z.object({
  client_id: field.text("Id of the client."),
  redirect_uri: field.text("Where the code will be sent by the caller; one that the client registered."),
  response_type: field.text("`code`."),
  scope: field.text("`openid`, and names of scopes, with spaces between."),
  state: field.text("Comes back with the answer."),
  nonce: field.text("Goes into the id token."),
  max_age: field.integer("How many seconds ago the caller may have logged in at most."),
  code_challenge: field.text("Of PKCE; public clients must send one."),
  code_challenge_method: field.text("`S256` or `plain` (the default)."),
  request: field.text("Not supported."),
  request_uri: field.text("Not supported."),
});
type Given = z.output<typeof Input>;

const Code = z.object({ code: z.string(), state: z.string() });

const clientFor = async (
  { client_id = "", redirect_uri = "" }: Given,
  { storage }: BackendContext,
): Promise<Client> => {
  if (client_id === "") return refuse("invalid_client_id", "client_id parameter is required");
  const client = await readClientById(storage, client_id);
  if (!client) return refuse("invalid_client_id", "client with client_id not found");
  if (redirect_uri === "") return refuse("invalid_request", "redirect_uri parameter is required");
  if (!isRedirectAllowed(redirect_uri, client.redirect_uris)) {
    return refuse("invalid_redirect_uri", "redirect_uri is not allowed for the client");
  }
  return client;
};

/** What an authorization may not ask for. Their refusals leave `state` out, as in Vault. */
const checkUnsupported = ({ request, request_uri }: Given): void => {
  if (request !== undefined) throw new Stateless("request_not_supported", "request parameter is not supported");
  if (request_uri !== undefined) {
    throw new Stateless("request_uri_not_supported", "request_uri parameter is not supported");
  }
};

class Stateless extends Refused {}

const checkType = (type: string): void => {
  if (type === "") refuse("invalid_request", "response_type parameter is required");
  if (type !== "code") refuse("unsupported_response_type", "unsupported response_type value");
};

/** When the caller logged in, if that matters: epoch seconds, else 0. */
const authTimeFor = (maxAge: number | undefined, issuedMs: number, nowMs: number): number => {
  if (maxAge === undefined) return 0;
  if (maxAge < 1) refuse("invalid_request", "max_age must be greater than zero");
  const loggedIn = epochSeconds(issuedMs);
  if (epochSeconds(nowMs) - loggedIn > maxAge) {
    refuse("max_age_violation", "active re-authentication is required by max_age");
  }
  return loggedIn;
};

const grantFor = async (name: string, input: Given, cx: BackendContext) => {
  const client = await clientFor(input, cx);
  const provider = await readProvider(cx.storage, name);
  if (!provider) return refuse("invalid_request", "provider not found");
  if (!allows(provider.allowed_client_ids, client.client_id)) {
    return refuse("unauthorized_client", "client is not authorized to use the provider");
  }
  checkUnsupported(input);
  const scopes = scopesAsked(input.scope ?? "", provider);
  if (!scopes) return refuse("invalid_request", 'scope parameter must contain the "openid" value');
  checkType(input.response_type ?? "");
  const { entity, token } = callerOf(cx);
  if (!entity) return refuse("access_denied", "identity entity must be associated with the request");
  if (!(await isAssigned(entity, client.assignments, cx))) {
    return refuse("access_denied", "identity entity not authorized by client assignment");
  }
  const isPublic = client.client_type === "public";
  return {
    provider: name,
    client_id: client.client_id,
    entity_id: entity.id,
    redirect_uri: input.redirect_uri ?? "",
    nonce: input.nonce ?? "",
    scopes: [...scopes],
    ...challengeOf(input.code_challenge, input.code_challenge_method ?? "", isPublic),
    auth_time: authTimeFor(input.max_age, token.issuedMs, cx.clock.now()),
  };
};

const authorize = (name: string, input: Given, cx: BackendContext) => {
  const state = input.state ?? "";
  return orRefusal(
    async () => ({ bare: { code: await issueCode(await grantFor(name, input, cx), cx), state } }),
    (refused) => refusal(refused, 400, refused instanceof Stateless ? "" : state),
  );
};

const ANSWERS = [{ bare: Code }, { bare: OAuthError }] as const;
const SUMMARY = "let a client know who the caller is: answers a code";

export const authorizePaths = [
  path("oidc/provider/{name}/authorize", {
    summary: "authorization endpoint of a provider",
    params: { name: "name of the provider" },
    ops: {
      read: op({
        summary: SUMMARY,
        answers: ANSWERS,
        input: Input,
        handle: ({ params, input }, cx) => authorize(params.name, input, cx),
      }),
      update: op({
        summary: SUMMARY,
        answers: ANSWERS,
        input: Input,
        handle: ({ params, input }, cx) => authorize(params.name, input, cx),
      }),
    },
  }),
];
