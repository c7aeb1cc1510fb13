import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { SourceUnavailable, TokenRefused } from "../../../jwt/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { Standing } from "../config.ts";
import { type Identity, identityIn } from "../identity.ts";
import { sourcesOf } from "../key-sources.ts";
import type { Parts } from "../parts.ts";
import { withProviderClaims } from "../providers/index.ts";
import type { Role } from "../role-rules.ts";
import { findRole } from "../roles.ts";
import { providerOf } from "./auth-url.ts";
import { exchangeFailed, loginFailed } from "./failures.ts";
import { verifyIdToken } from "./id-token.ts";
import { exchangeCode, type Provider, userInfo } from "./provider-calls.ts";
import type { State } from "./states.ts";

/** The end of a login with a browser: what the provider sent becomes claims, and the role says who they are for. */

export interface Sent {
  readonly code: string;
  readonly idToken: string;
}

interface Surroundings {
  readonly parts: Parts;
  readonly standing: Standing;
  readonly cx: BackendContext;
  readonly role: Role;
  readonly state: State;
}

/** Names and kinds of claims, for `verbose_oidc_logging`: values may be anything a person would not want in a log. */
const shapeOf = (claims: JsonObject): string =>
  Object.entries(claims)
    .map(([name, value]) => `${name.slice(0, 40)}: ${Array.isArray(value) ? "list" : typeof value}`)
    .slice(0, 50)
    .join(", ");

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof TokenRefused || cause instanceof SourceUnavailable)) throw cause;
  return `id_token failed verification: ${cause.message}`;
};

const questionFor = ({ parts, standing, cx, role, state }: Surroundings) => ({
  keys: sourcesOf(parts, standing, cx).keys,
  config: standing.config,
  role,
  state,
  now: cx.clock.now(),
});

const byToken = async (around: Surroundings, idToken: string): Promise<JsonObject> => {
  if (idToken === "") throw loginFailed("No code or id_token received.");
  try {
    return await verifyIdToken(idToken, questionFor(around));
  } catch (cause) {
    throw loginFailed(`Token verification failed. ${reasonOf(cause)}`);
  }
};

const byCode = async (around: Surroundings, code: string): Promise<readonly [JsonObject, string]> => {
  const { parts, standing, cx, state } = around;
  const discovery = await providerOf(parts, standing, cx);
  const provider: Provider = { fetch: parts.fetch, discovery, config: standing.config };
  const { idToken, accessToken } = await exchangeCode(provider, state, code);
  const claims = await verifyIdToken(idToken, { ...questionFor(around), accessToken, code }).catch((cause: unknown) => {
    throw exchangeFailed(reasonOf(cause));
  });
  const info = await userInfo(provider, accessToken, claims);
  return [{ ...claims, ...info }, accessToken];
};

/** The role a login was begun for. Throws where it is gone, was made again since, or takes tokens only. */
export const roleOfState = async (cx: BackendContext, { role: name, role_id }: State): Promise<Role> => {
  const role = await findRole(cx.storage, name);
  if (role?.id === role_id && role.role_type === "oidc") return role;
  throw loginFailed("Role could not be found");
};

/** Throws `VaultError`. A provider that does not answer lets nobody in. */
export const finish = async (around: Surroundings, { code, idToken }: Sent): Promise<Identity> => {
  const { parts, standing, cx, role, state } = around;
  const [claims, accessToken] = code === "" ? [await byToken(around, idToken), ""] : await byCode(around, code);
  if (role.verbose_oidc_logging) cx.log("OIDC provider response", { role: state.role, claims: shapeOf(claims) });
  if (role.bound_subject !== "" && role.bound_subject !== claims["sub"])
    throw invalidRequest("sub claim does not match bound subject");
  const { config } = standing;
  const all = await withProviderClaims(claims, { parts, config, role, accessToken, now: cx.clock.now() });
  return identityIn(all, state.role, role);
};
