/** How long a link may live: the usual choices that the caller's rule allows, in seconds. */

const HOUR = 3_600;
const DAY = 24 * HOUR;
export const USUAL = [HOUR, DAY, 3 * DAY, 7 * DAY] as const;

export interface Limits {
  /** 0: none. */
  readonly min: number;
  /** 0: none. */
  readonly max: number;
}

/** In ascending order, never empty: where none of the usual ones is allowed, the nearest that is. */
export const choicesOf = ({ min, max }: Limits): readonly number[] => {
  const allowed = USUAL.filter((ttl) => ttl >= min && (max === 0 || ttl <= max));
  if (allowed.length > 0) return allowed;
  return [max > 0 && max < HOUR ? max : Math.max(min, 1)];
};

/** What is chosen at first: a day, or the longest that is not longer. */
export const firstChoice = (choices: readonly number[]): number =>
  choices.filter((ttl) => ttl <= DAY).at(-1) ?? choices[0] ?? DAY;
