import { type Client, ResponseError } from "../client/index.ts";
import { sameSecret } from "../std/same-secret.ts";
import type { Tokens } from "./contract.ts";

const DEAD = /\b(?:invalid|bad) token\b/;

/** Whether the words of a 403 say that the server does not know the token: revoked, expired, or of another server. */
export const saysDead = (text: string): boolean => DEAD.test(text);

export const isDead = (error: unknown): boolean =>
  error instanceof ResponseError && error.status === 403 && error.errors.some(saysDead);

/**
 * The client of a part that uses the agent's token: when the server answers that it does not know the token, the agent
 * is told, and asks about it. The part gets the same error as ever.
 */
export const doubting = (client: Client, tokens: Tokens): Client => ({
  call: async (call) => {
    try {
      return await client.call(call);
    } catch (error) {
      const login = tokens.current();
      const own = login?.kind === "token" && sameSecret(call.token?.reveal() ?? "", login.token.reveal());
      if (own && isDead(error)) tokens.doubt?.();
      throw error;
    }
  },
  send: (request) => client.send(request),
  with: (changes) => doubting(client.with(changes), tokens),
  close: () => client.close(),
});
