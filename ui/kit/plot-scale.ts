/** Where lines and their labels lie. */

/** Labels at the ends of lines, moved apart so that none covers another. */
export const apart = (wanted: readonly number[], gap: number): readonly number[] => {
  const placed: number[] = wanted.map(() => 0);
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of wanted.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y)) {
    last = Math.max(y, last + gap);
    placed[index] = last;
  }
  return placed;
};

/** Lowest and highest; never the same. */
export const rangeOf = (values: readonly number[]): readonly [low: number, high: number] => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low, low + 1] : [low, high];
};
