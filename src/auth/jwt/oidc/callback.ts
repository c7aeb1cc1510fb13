import { z } from "zod";
import {
  type BackendContext,
  field,
  invalidRequest,
  type LoginGrant,
  type VaultError,
} from "../../../framework/index.ts";
import type { RawReply } from "../../../framework/reply.ts";
import { checkSourceAddress } from "../../../framework/token-params.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import { findConfig, type Standing } from "../config.ts";
import { grantFor } from "../identity.ts";
import type { Parts } from "../parts.ts";
import { providerOf } from "./auth-url.ts";
import { confirm } from "./direct.ts";
import { expired, loginFailed } from "./failures.ts";
import { finish, roleOfState } from "./finish.ts";
import { failedPage, page, postedPage } from "./pages.ts";
import { changeState, findState, type State, takeState } from "./states.ts";

/**
 * `oidc/callback`: what the provider sent through the browser. The client, a command line or a page, brings it here by
 * GET and gets the token; a provider that posts forms is answered with a page. With a direct callback the browser
 * itself comes here by GET (`direct.ts`).
 */

export const callbackShape = {
  state: field.text("The `state` of the login."),
  code: field.text("The provider's code, or `no_code` if it was posted here before."),
  client_nonce: field.text("What the client gave when it began the login."),
  id_token: field.text("The provider's token, in a posted form."),
  user_code: field.text("Of a direct callback: the code that the waiting client shows, typed by its user."),
  error: field.text("The provider's error, in its place."),
  error_description: field.text("What the provider says about it; never shown."),
};
const callbackInput = z.object(callbackShape);
export type CallbackInput = z.output<typeof callbackInput>;

const LONGEST = 16_384;
const POSTED = "no_code";

/** Source: RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6. */
const ERRORS = new Set([
  "invalid_request",
  "unauthorized_client",
  "access_denied",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "interaction_required",
  "login_required",
  "consent_required",
]);

const providerError = (error: string): VaultError =>
  loginFailed(ERRORS.has(error) ? `The provider answered: ${error}` : "The provider answered with an error");

const checkNonce = ({ client_nonce: wanted }: State, given: string): void => {
  if (wanted !== "" && !sameSecret(wanted, given)) throw invalidRequest("invalid client_nonce");
};

const loaded = async (cx: BackendContext): Promise<Standing> => {
  const standing = await findConfig(cx.storage);
  if (!standing) throw loginFailed("Could not load configuration");
  return standing;
};

const sentIn = ({ code = "" }: CallbackInput, { posted }: State) => ({
  code: code === POSTED ? (posted?.code ?? "") : code,
  idToken: posted?.id_token ?? "",
});

/** A login that the client brings home. */
const forClient = async (parts: Parts, standing: Standing, input: CallbackInput, cx: BackendContext) => {
  // Asked before the state is spent: where the provider is down, the client may try again.
  if (standing.config.oidc_client_id !== "") await providerOf(parts, standing, cx);
  const state = await cx.crash("oidc.take", () => takeState(cx, input.state ?? ""));
  if (!state) throw expired();
  checkNonce(state, input.client_nonce ?? "");
  const role = await roleOfState(cx, state);
  checkSourceAddress(role, cx.sourceAddress);
  if (input.error) throw providerError(input.error);
  const identity = await finish({ parts, standing, cx, role, state }, sentIn(input, state));
  return grantFor(identity, state.role, role);
};

export const callback = async (
  parts: Parts,
  input: CallbackInput,
  cx: BackendContext,
): Promise<{ readonly auth: LoginGrant } | RawReply> => {
  const standing = await loaded(cx);
  const state = await findState(cx, input.state ?? "");
  if (!state) throw expired();
  if ((input.code ?? "").length > LONGEST) throw invalidRequest("code is too long");
  if (!state.direct) return { auth: await forClient(parts, standing, input, cx) };
  if (!input.error) return confirm(parts, standing, { ...input, posted: false }, cx);
  await takeState(cx, input.state ?? "");
  return failedPage(providerError(input.error));
};

/** What a provider posts is kept until the client asks for the login. Only a `form_post` configuration takes forms. */
export const callbackPost = async (
  parts: Parts,
  input: CallbackInput,
  cx: BackendContext,
): Promise<RawReply | { readonly status: number }> => {
  const standing = await loaded(cx);
  if (standing.config.oidc_response_mode !== "form_post") return { status: 405 };
  const { state: name = "", code = "", id_token = "" } = input;
  if (code.length > LONGEST || id_token.length > LONGEST * 4) return failedPage(loginFailed("The answer is too long."));
  const state = await findState(cx, name);
  if (!state) return failedPage(expired());
  if (state.direct) return confirm(parts, standing, { ...input, posted: true }, cx);
  const kept = await changeState(cx, name, (before) =>
    before.posted ? undefined : { ...before, posted: { code, id_token } },
  );
  return kept ? page(postedPage(cx.mount.path, name), 200) : failedPage(expired());
};
