import type { Core } from "../../../core/core.ts";
import { AnyObject, type BackendContext, op, path } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { readAccessToken } from "./access-tokens.ts";
import { OAuthError, orRefusal, type Refused, refusal, refuse } from "./errors.ts";
import { allows, readClientById, readProvider } from "./model.ts";
import { scopeClaims } from "./scopes.ts";
import { isAssigned, subjectOf } from "./subject.ts";

/**
 * `identity/oidc/provider/:name/userinfo`: what the scopes of an access token say of its entity now. It asks no policy:
 * the token itself says what it is good for. Client, provider and assignment are asked again, so that taking one away
 * counts at once.
 *
 * Source: OpenID Connect Core 1.0, section 5.3; RFC 6750, section 3.
 */

const claimsFor = async (core: Core, name: string, cx: BackendContext): Promise<JsonObject> => {
  // The token first: without one, nobody learns which providers there are.
  const { access, entity } = await readAccessToken(core, name, cx);
  const provider = await readProvider(cx.storage, name);
  if (!provider) return refuse("invalid_request", "provider not found");
  const client = await readClientById(cx.storage, access.client_id);
  if (!client) return refuse("access_denied", "client not found");
  if (!(await isAssigned(entity, client.assignments, cx))) {
    return refuse("access_denied", "identity entity not authorized by client assignment");
  }
  if (!allows(provider.allowed_client_ids, client.client_id)) {
    return refuse("access_denied", "client is not authorized to use the provider");
  }
  return { ...(await scopeClaims(access.scopes, provider, subjectOf(core, entity), cx.storage)), sub: entity.id };
};

const STATUS: Readonly<Record<string, number>> = { invalid_token: 401, access_denied: 403 };

const refused = (cause: Refused) => {
  const status = STATUS[cause.code] ?? 400;
  if (status === 403) return refusal(cause, status);
  // The texts are this program's own, so nothing in them needs quoting.
  const how = `Bearer error="${cause.code}",error_description="${status === 401 ? cause.message : "invalid request"}"`;
  return { ...refusal(cause, status), headers: { "www-authenticate": how } };
};

const userinfo = (core: Core, name: string, cx: BackendContext) =>
  orRefusal(async () => ({ bare: await claimsFor(core, name, cx) }), refused);

const ANSWERS = [{ bare: AnyObject }, { bare: OAuthError, headers: ["www-authenticate"] }] as const;
const SUMMARY = "read the claims that an access token's scopes make";

export const userinfoPaths = (core: Core) => [
  path("oidc/provider/{name}/userinfo", {
    summary: "userinfo endpoint of a provider",
    params: { name: "name of the provider" },
    looksAtToken: true,
    ops: {
      read: op({
        summary: SUMMARY,
        access: "unauthenticated",
        answers: ANSWERS,
        handle: ({ params }, cx) => userinfo(core, params.name, cx),
      }),
      update: op({
        summary: SUMMARY,
        access: "unauthenticated",
        answers: ANSWERS,
        handle: ({ params }, cx) => userinfo(core, params.name, cx),
      }),
    },
  }),
];
