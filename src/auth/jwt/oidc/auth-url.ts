import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import type { Discovery } from "../../../jwt/index.ts";
import { type Config, findConfig, type Standing } from "../config.ts";
import { sourcesOf } from "../key-sources.ts";
import { roleFor } from "../login.ts";
import type { Parts } from "../parts.ts";
import type { Role } from "../role-rules.ts";
import { loginFailed, providerDown } from "./failures.ts";
import { mayRedirectTo } from "./redirects.ts";
import { beginState, challengeOf, type State } from "./states.ts";

/** `oidc/auth_url`: begins a login and answers where the browser must go. */

export const authUrlShape = {
  role: field.text("The role; the mount's default role unless given."),
  redirect_uri: field.text("Where the provider sends the browser back to; one of the role's."),
  client_nonce: field.text("A secret of the client's, without which nobody can end this login."),
};
const authUrlInput = z.object(authUrlShape);
export type AuthUrlInput = z.output<typeof authUrlInput>;

export const AuthUrl = z.object({
  auth_url: z.string(),
  state: z.string().optional(),
  poll_interval: z.string().optional(),
  user_code: z.string().optional(),
});

const LONGEST_NONCE = 512;

/** A configuration with a client at a provider. Throws where there is none. */
export const clientConfig = async (cx: BackendContext): Promise<Standing> => {
  const standing = await findConfig(cx.storage);
  if (!standing) throw invalidRequest("could not load configuration");
  if (standing.config.oidc_client_id === "") throw invalidRequest("OIDC login is not configured for this mount");
  return standing;
};

/** What the provider says of itself. Throws `upstream_failed`. */
export const providerOf = async (parts: Parts, standing: Standing, cx: BackendContext): Promise<Discovery> => {
  const { discovery } = sourcesOf(parts, standing, cx);
  if (!discovery) throw loginFailed("OIDC login is not configured for this mount");
  return discovery.get().catch((cause: unknown) => {
    throw providerDown(cause);
  });
};

/** Whether the provider answers with a code, which is exchanged, or with a token. */
export const usesCode = ({ oidc_response_types: types }: Config): boolean => !types.includes("id_token");

/** A provider without a page to log in at gets the query alone: nothing can be opened with that. */
const urlFor = (endpoint: URL | undefined, config: Config, role: Role, name: string, state: State): string => {
  const query = new URLSearchParams(endpoint?.search);
  query.set("client_id", config.oidc_client_id);
  query.set("redirect_uri", state.redirect_uri);
  query.set("response_type", usesCode(config) ? "code" : "id_token");
  if (config.oidc_response_mode === "form_post") query.set("response_mode", "form_post");
  query.set("scope", [...new Set(["openid", ...(role.oidc_scopes ?? [])])].join(" "));
  query.set("state", name);
  query.set("nonce", state.nonce);
  if (state.verifier !== "") {
    query.set("code_challenge", challengeOf(state.verifier));
    query.set("code_challenge_method", "S256");
  }
  if (role.max_age > 0) query.set("max_age", String(role.max_age));
  if (!endpoint) return `?${query}`;
  const url = new URL(endpoint);
  url.search = String(query);
  return url.href;
};

const NONE = { auth_url: "" };

/** The provider posts to this server, also where a web page asked to be called back itself. */
const redirectFor = (uri: string, config: Config): string =>
  config.oidc_response_mode === "form_post" ? uri.replace("ui/vault", "v1") : uri;

/** An empty URL for a role of another type and for a redirect it does not allow: callers without a token learn no more. */
export const authUrl = async (
  parts: Parts,
  input: AuthUrlInput,
  cx: BackendContext,
): Promise<z.output<typeof AuthUrl>> => {
  const standing = await clientConfig(cx);
  const { config } = standing;
  const { redirect_uri = "", client_nonce = "" } = input;
  if (!(input.role || config.default_role)) throw invalidRequest("missing role");
  if (redirect_uri === "") throw invalidRequest("missing redirect_uri");
  const { name, role } = await roleFor(input.role, config, cx.storage);
  if (role.role_type !== "oidc") return NONE;
  const direct = role.callback_mode === "direct";
  if (direct && client_nonce === "") throw invalidRequest("missing client_nonce");
  if (client_nonce.length > LONGEST_NONCE) throw invalidRequest("client_nonce is too long");
  if (!mayRedirectTo(redirect_uri, role.allowed_redirect_uris ?? [])) {
    cx.log("OIDC login not begun: the role does not allow the redirect URI", { role: name });
    return NONE;
  }
  if (direct && !usesCode(config)) throw invalidRequest("a direct callback needs the response type code");
  const { authorization } = await providerOf(parts, standing, cx);
  const [state, begun] = await beginState(cx, {
    role: name,
    role_id: role.id,
    redirect_uri: redirectFor(redirect_uri, config),
    client_nonce,
    withCode: usesCode(config),
    direct,
  });
  const auth_url = urlFor(authorization, config, role, state, begun);
  if (!begun.direct) return { auth_url };
  return { auth_url, state, poll_interval: String(role.poll_interval), user_code: begun.direct.user_code };
};
