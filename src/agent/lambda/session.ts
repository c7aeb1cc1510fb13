import { type AuthInfo, type Client, NO_RETRIES, type Token } from "../../client/contract.ts";
import { ResponseError } from "../../client/errors.ts";
import { sameSecret } from "../../std/same-secret.ts";
import type { Surroundings } from "../contract.ts";
import { messageOf } from "./message.ts";

/**
 * The extension's token: asked for before each request, and good at that moment. Nothing runs in the background, because
 * a function's environment is frozen between invocations: timers stand still, and a token may be long dead when the
 * process goes on. So its end is checked by the wall clock, which goes on while the process does not, and by the steady
 * one, which nobody can set back.
 */

export interface Session {
  /** A token that lives for at least the grace period; logs in or renews where that is needed. */
  token(): Promise<Token>;
  /** The server refused this token: it is asked about, and forgotten if it is dead. Answers whether it was. */
  doubt(token: Token): Promise<boolean>;
  /** The next `token()` logs in. */
  forget(): void;
}

export interface SessionSettings {
  readonly client: Client;
  readonly login: () => Promise<{
    readonly token: Token;
    readonly auth: Pick<AuthInfo, "lease_duration" | "renewable">;
  }>;
  /** Milliseconds. */
  readonly grace: number;
  readonly surroundings: Pick<Surroundings, "clock" | "steady" | "log">;
}

interface Held {
  readonly token: Token;
  /** Milliseconds; infinite for a token without an end. */
  readonly life: number;
  readonly renewable: boolean;
  readonly wall: number;
  readonly steady: number;
}

/** A renewable token with less than this share of its life left is renewed. */
const RENEWED_FROM = 1 / 3;

export const createSession = ({ client, login, grace, surroundings }: SessionSettings): Session => {
  const { clock, steady, log } = surroundings;
  let held: Held | undefined;
  const isHeld = (token: Token): boolean => held !== undefined && sameSecret(held.token.reveal(), token.reveal());
  let pending: Promise<Held> | undefined;

  const hold = (token: Token, { lease_duration, renewable }: Pick<AuthInfo, "lease_duration" | "renewable">): Held => ({
    token,
    life: lease_duration === 0 ? Number.POSITIVE_INFINITY : lease_duration * 1000,
    renewable,
    wall: clock.now(),
    steady: steady(),
  });
  /** What is left by the clock that ran further. */
  const left = (of: Held): number => of.life - Math.max(clock.now() - of.wall, steady() - of.steady);

  const logIn = async (): Promise<Held> => {
    const { token, auth } = await login();
    log.info("authentication successful");
    return hold(token, auth);
  };
  const renew = async (of: Held): Promise<Held> => {
    try {
      const { secret } = await client.call({
        method: "POST",
        path: "auth/token/renew-self",
        body: {},
        token: of.token,
        retry: NO_RETRIES,
      });
      return secret?.auth ? hold(of.token, secret.auth) : of;
    } catch (error) {
      log.warn("the token was not renewed; it is used until its end", { error: messageOf(error) });
      // Tried once: otherwise every request of its last third would wait for a server that is not there.
      return { ...of, renewable: false };
    }
  };
  const refreshed = async (): Promise<Held> => {
    const of = held;
    if (of === undefined || left(of) <= Math.min(grace, of.life / 2)) return logIn();
    const renewed = of.renewable && left(of) < of.life * RENEWED_FROM ? await renew(of) : of;
    return left(renewed) > 0 ? renewed : logIn();
  };
  return {
    token: async () => {
      pending ??= refreshed().finally(() => {
        pending = undefined;
      });
      held = await pending;
      return held.token;
    },
    doubt: async (token) => {
      if (!isHeld(token)) return true;
      try {
        await client.call({ method: "GET", path: "auth/token/lookup-self", token });
        return false;
      } catch (error) {
        if (!(error instanceof ResponseError) || error.status !== 403) return false;
        log.warn("the server no longer knows the token; logging in again");
        if (isHeld(token)) held = undefined;
        return true;
      }
    },
    forget: () => {
      held = undefined;
    },
  };
};
