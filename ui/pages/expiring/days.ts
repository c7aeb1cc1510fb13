/** What ends, put in order and under the days on which it ends. */

export type Why = "deleted" | "noted" | "lease" | "session";

export interface Ending {
  /** Path of a secret, id of a lease; empty for the session. */
  readonly path: string;
  /** Milliseconds of the server's clock. */
  readonly at: number;
  readonly why: Why;
}

export interface Day {
  /** `over`: before now. Else the local midnight at which the day begins. */
  readonly begins: number | "over";
  readonly endings: readonly Ending[];
}

const DAY_MS = 86_400_000;

const midnightBefore = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Those that end within `days` from now, and those that are over; soonest first. */
export const byDay = (endings: readonly Ending[], now: number, days: number): readonly Day[] => {
  const until = now + days * DAY_MS;
  const sorted = endings.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || (a.path < b.path ? -1 : 1));
  const grouped = new Map<Day["begins"], Ending[]>();
  for (const ending of sorted) {
    const begins = ending.at <= now ? "over" : midnightBefore(ending.at);
    grouped.set(begins, [...(grouped.get(begins) ?? []), ending]);
  }
  return [...grouped].map(([begins, those]) => ({ begins, endings: those }));
};

/** Whole days from the day of `now` to the one that begins then: 0 today, 1 tomorrow. */
export const daysAhead = (begins: number, now: number): number => Math.round((begins - midnightBefore(now)) / DAY_MS);
