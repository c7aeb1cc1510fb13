import { compare } from "bcryptjs";

/**
 * Checks a password against a bcrypt hash that an operator brought along. Nothing here makes such hashes: what this
 * program hashes itself it hashes with scrypt, and a user's first login replaces the bcrypt hash.
 *
 * Security: bcrypt looks at 72 bytes of a password; longer ones are refused before they come here. The cost has a
 * bound, checked when the hash is written and again before any work, since anybody may ask for a login.
 */

/** Each step doubles the time; at 14 a login takes seconds of one processor, and logins need no token. */
export const LOWEST_COST = 4;
export const HIGHEST_COST = 14;

const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/**
 * The cost of `$2a$10$…` (or `2b`, `2y`, which mean the same): the logarithm of its rounds. `undefined`: no such hash.
 */
export const bcryptCost = (text: string): number | undefined => {
  const [, cost] = FORM.exec(text) ?? [];
  return cost === undefined ? undefined : Number(cost);
};

export const isAffordable = (cost: number): boolean => cost >= LOWEST_COST && cost <= HIGHEST_COST;

/** Lets other work in between its rounds. `password`: UTF-8. */
export const bcryptMatches = async (password: Uint8Array, text: string): Promise<boolean> => {
  const cost = bcryptCost(text);
  return cost !== undefined && isAffordable(cost) && compare(Buffer.from(password).toString("utf8"), text);
};
