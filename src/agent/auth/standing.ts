import type { Lifetime } from "../../client/index.ts";
import { type Client, ResponseError, type Token } from "../../client/index.ts";
import { isDead } from "../doubt.ts";
import { lookedUp } from "./login.ts";

/** What the server says about a token that may have died. */
export type Standing =
  | { readonly kind: "alive"; readonly life: Lifetime }
  | { readonly kind: "dead" }
  /** The server cannot be asked now, or does not let this token ask. */
  | { readonly kind: "unknown" };

export const isDenied = (error: unknown): boolean => error instanceof ResponseError && error.status === 403;

export const standingOf = async (client: Client, token: Token, signal: AbortSignal): Promise<Standing> => {
  try {
    const answer = await client.call({ method: "GET", path: "auth/token/lookup-self", token, signal });
    if (!answer.secret?.data) return { kind: "unknown" };
    const { lease_duration, renewable } = lookedUp(answer.secret.data);
    return { kind: "alive", life: { leaseDuration: lease_duration, renewable } };
  } catch (error) {
    return { kind: isDead(error) ? "dead" : "unknown" };
  }
};
