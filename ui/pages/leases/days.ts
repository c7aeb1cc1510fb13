/** Leases by the day they end. Pure. */

export interface DayCount {
  readonly label: string;
  readonly count: number;
}

const DAYS = 10;

/** Midnight of the reader's own time, some days from now. */
const midnight = (now: number, days: number): number => {
  const at = new Date(now);
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() + days);
  return at.getTime();
};

interface Words {
  readonly later: string;
  readonly never: string;
}

/**
 * Today and the days after it, up to the last of ten that has any; then later and never where there are any.
 * `ends` and `now` in milliseconds; an end of 0: never.
 */
export const endsByDay = (
  ends: readonly number[],
  now: number,
  nameOf: (day: number) => string,
  words: Words,
): readonly DayCount[] => {
  const bars: DayCount[] = [];
  const within = (from: number, to: number): number => ends.filter((end) => end > 0 && end >= from && end < to).length;
  for (let day = 0; day < DAYS; day++) {
    const from = day === 0 ? 1 : midnight(now, day);
    bars.push({ label: nameOf(midnight(now, day)), count: within(from, midnight(now, day + 1)) });
  }
  while (bars.length > 1 && bars.at(-1)?.count === 0) bars.pop();
  const later = within(midnight(now, DAYS), Number.POSITIVE_INFINITY);
  const never = ends.filter((end) => end <= 0).length;
  if (later > 0) bars.push({ label: words.later, count: later });
  if (never > 0) bars.push({ label: words.never, count: never });
  return bars;
};
