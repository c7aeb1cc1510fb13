import type { ApiAnswer } from "../protocol.ts";
import { REVOKE } from "./calls.ts";
import type { World } from "./session.ts";

/** Ends tokens. One that could not be ended, because the network was gone, is tried again for a minute, then left. */

const TRIES = 12;
const BETWEEN_TRIES = 5_000;

const unsure = ({ status }: ApiAnswer): boolean => status === 0 || status === 429 || status >= 500;

export const createRevoking = (world: Pick<World, "now" | "send">) => {
  const owed = new Map<string, { tries: number; at: number }>();

  const revoke = async (token: string, tries = 1): Promise<void> => {
    if (unsure(await world.send(REVOKE, token)) && tries < TRIES) {
      owed.set(token, { tries: tries + 1, at: world.now() + BETWEEN_TRIES });
    }
  };

  const tick = (now: number): void => {
    for (const [token, { tries, at }] of owed) {
      // Further away than it was ever set: the clock was put back.
      if (at > now && at <= now + BETWEEN_TRIES) continue;
      owed.delete(token);
      void revoke(token, tries);
    }
  };

  return { revoke: (token: string): Promise<void> => revoke(token), tick };
};
