import { z } from "zod";
import { type BackendContext, field, invalidRequest, type LoginGrant, VaultError } from "../../../framework/index.ts";
import type { RawReply } from "../../../framework/reply.ts";
import { checkSourceAddress } from "../../../framework/token-params.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import type { Standing } from "../config.ts";
import { grantFor } from "../identity.ts";
import type { Parts } from "../parts.ts";
import { expired, loginFailed } from "./failures.ts";
import { finish, roleOfState } from "./finish.ts";
import { confirmPage, donePage, failedPage, page } from "./pages.ts";
import { changeState, findState, type State, takeState } from "./states.ts";

/**
 * A direct callback: the browser comes back to this server, and a command line on another machine polls for the login.
 *
 * Security (V80): whoever began the login may have sent its URL to somebody else, whom the provider then logs in without
 * a question. So nothing counts before the person at the browser has typed the code that the waiting client shows, on
 * a page that says which role it is for and from which address the client came. The provider's code stays in that page
 * until then, so nobody without the browser can go on; a few wrong tries end the login.
 */

const MOST_WRONG = 3;

interface Confirmation {
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly user_code?: string | undefined;
  /** The provider posted the code: it came in a form, and the page is asked for by GET from now on. */
  readonly posted: boolean;
}

const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z]/g, "");

const asked = (state: State, name: string, code: string, cx: BackendContext, wrong: boolean): RawReply =>
  page(
    confirmPage({
      mount: cx.mount.path,
      role: state.role,
      requester: state.direct?.requester ?? "",
      state: name,
      code,
      wrong,
    }),
    wrong ? 400 : 200,
  );

/** One try is judged by one write, so that racing tries are as few as others. */
const judge = (cx: BackendContext, name: string, given: string): Promise<State | undefined> =>
  changeState(cx, name, (before) => {
    const { direct } = before;
    if (!direct || direct.confirmed || direct.wrong >= MOST_WRONG) return undefined;
    const right = sameSecret(plain(direct.user_code), plain(given));
    return { ...before, direct: right ? { ...direct, confirmed: true } : { ...direct, wrong: direct.wrong + 1 } };
  });

const settle = async (parts: Parts, standing: Standing, cx: BackendContext, name: string, code: string) => {
  const state = await findState(cx, name);
  if (!state) throw expired();
  const role = await roleOfState(cx, state);
  const outcome = await finish({ parts, standing, cx, role, state }, { code, idToken: "" });
  const kept = await cx.crash("oidc.outcome", () =>
    changeState(cx, name, (before) =>
      before.direct && !before.direct.outcome ? { ...before, direct: { ...before.direct, outcome } } : undefined,
    ),
  );
  if (!kept) throw expired();
};

/** The page that asks for the user code; then the login itself. */
export const confirm = async (
  parts: Parts,
  standing: Standing,
  { state: name = "", code = "", user_code, posted }: Confirmation,
  cx: BackendContext,
): Promise<RawReply> => {
  const state = await findState(cx, name);
  if (!state?.direct || state.direct.confirmed || state.direct.wrong >= MOST_WRONG) return failedPage(expired());
  if (code === "") return failedPage(loginFailed("No code or id_token received."));
  if (posted || user_code === undefined) return asked(state, name, code, cx, false);
  const judged = await cx.crash("oidc.confirm", () => judge(cx, name, user_code));
  if (!judged?.direct) return failedPage(expired());
  if (!judged.direct.confirmed) {
    if (judged.direct.wrong < MOST_WRONG) return asked(judged, name, code, cx, true);
    await takeState(cx, name);
    return failedPage(loginFailed("The code was wrong too often."));
  }
  try {
    await settle(parts, standing, cx, name, code);
    return page(donePage(), 200);
  } catch (cause) {
    await takeState(cx, name);
    if (!(cause instanceof VaultError) || cause.wire === undefined) throw cause;
    return failedPage(cause);
  }
};

export const pollShape = {
  state: field.text("The `state` that the login was begun with."),
  client_nonce: field.text("What the client gave when it began the login."),
};
const pollInput = z.object(pollShape);
export type PollInput = z.output<typeof pollInput>;

/** The login, once, for the client that began it; `authorization_pending` until the browser is done. */
export const poll = async (
  { state: name = "", client_nonce = "" }: PollInput,
  cx: BackendContext,
): Promise<LoginGrant> => {
  const waiting = await findState(cx, name);
  if (!waiting?.direct) throw expired();
  if (!sameSecret(waiting.client_nonce, client_nonce)) throw invalidRequest("invalid client_nonce");
  const role = await roleOfState(cx, waiting);
  checkSourceAddress(role, cx.sourceAddress);
  if (!waiting.direct.outcome) throw invalidRequest("authorization_pending");
  const state = await cx.crash("oidc.poll", () => takeState(cx, name));
  const outcome = state?.direct?.outcome;
  if (!state || !outcome) throw expired();
  return grantFor(outcome, state.role, role);
};
