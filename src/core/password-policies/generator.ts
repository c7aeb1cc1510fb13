import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import type { PasswordRules } from "./rules.ts";

/**
 * Draws passwords: every character uniformly from the whole alphabet, by rejection, and whole passwords until one meets
 * the rules. So every password that meets them is equally likely, and none is easier to guess.
 */

const PATIENCE_MS = 1000;
/** Ends the search even if the clock has stopped. */
const MAX_DRAWS = 50_000;

const draw = (random: RandomSource, length: number, alphabet: readonly string[]): readonly string[] => {
  const limit = 256 - (256 % alphabet.length);
  const drawn: string[] = [];
  while (drawn.length < length) {
    for (const byte of random.bytes(length - drawn.length + 8)) {
      const char = alphabet[byte % alphabet.length];
      if (byte < limit && char !== undefined && drawn.length < length) drawn.push(char);
    }
  }
  return drawn;
};

/** A password that meets the rules; `undefined` when none was found within a second. */
export const drawPassword = (
  { length, rules, alphabet }: PasswordRules,
  random: RandomSource,
  clock: Clock,
): string | undefined => {
  const sets = rules.filter((rule) => rule.minChars > 0).map((rule) => ({ ...rule, set: new Set(rule.charset) }));
  const end = clock.now() + PATIENCE_MS;
  for (let draws = 0; draws < MAX_DRAWS && clock.now() <= end; draws++) {
    const chars = draw(random, length, alphabet);
    if (sets.every(({ set, minChars }) => chars.filter((char) => set.has(char)).length >= minChars)) {
      return chars.join("");
    }
  }
  return undefined;
};
