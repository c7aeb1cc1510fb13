import type { ApiAnswer, Away } from "../protocol.ts";
import { refusal } from "./calls.ts";
import { membersOf, succeeded, within } from "./members.ts";
import type { World } from "./session.ts";

/**
 * Logins that are under way at another site. Each has a secret of its own, without which the server ends none: whoever
 * sends somebody a finished login of theirs signs nobody in. They live in memory, like the token: a browser that stops
 * the worker meanwhile begins the login again.
 */

interface Pending extends Away {
  readonly nonce: string;
  readonly until: number;
}

const PATIENCE = 15 * 60_000;
const MOST = 20;

const stateIn = (url: unknown): string => {
  if (typeof url !== "string" || !URL.canParse(url)) return "";
  return new URL(url).searchParams.get("state") ?? "";
};

const LOST = refusal(410, "this sign-in was not begun here");

export const createAways = (world: Pick<World, "now" | "send" | "nonce">) => {
  const pending = new Map<string, Pending>();

  const found = (state: string): Pending | undefined => {
    const waiting = pending.get(state);
    return waiting && waiting.until > world.now() ? waiting : undefined;
  };

  /** For one more: the oldest go. */
  const makeRoom = (): void => {
    for (const state of pending.keys()) {
      if (!found(state) || pending.size >= MOST) pending.delete(state);
    }
  };

  const begin = async (away: Away): Promise<ApiAnswer> => {
    const nonce = world.nonce();
    const body = JSON.stringify({ role: away.role, redirect_uri: away.redirectUri, client_nonce: nonce });
    const answer = await world.send({ method: "POST", path: `auth/${away.mount}/oidc/auth_url`, body }, undefined);
    const state = stateIn(within(membersOf(answer.body), "data")?.["auth_url"]);
    if (state === "") return answer;
    makeRoom();
    pending.set(state, { ...away, nonce, until: world.now() + PATIENCE });
    return answer;
  };

  /** 410 for a login that was not begun here, or too long ago. */
  const end = async (
    mount: string,
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly answer: ApiAnswer; readonly backTo?: string }> => {
    const { state = "" } = query;
    const begun = found(state);
    if (begun?.mount !== mount) return { answer: LOST };
    pending.delete(state);
    const answer = await world.send(
      { method: "GET", path: `auth/${mount}/oidc/callback`, query: { ...query, client_nonce: begun.nonce } },
      undefined,
    );
    return { answer, backTo: begun.backTo };
  };

  /** 410 for a login that was not begun here, or too long ago; 400 `authorization_pending` until it is done. */
  const poll = async (state: string): Promise<ApiAnswer> => {
    const begun = found(state);
    if (!begun) return LOST;
    const body = JSON.stringify({ state, client_nonce: begun.nonce });
    const answer = await world.send({ method: "POST", path: `auth/${begun.mount}/oidc/poll`, body }, undefined);
    if (succeeded(answer)) pending.delete(state);
    return answer;
  };

  return { begin, end, poll };
};
