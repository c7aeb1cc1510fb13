import type { AuditRow, Outcome } from "./rows.ts";

/** Which rows of a log are looked at, and what they amount to. */

export interface Filter {
  readonly who: string;
  readonly path: string;
  readonly operation: string;
  readonly outcome: Outcome | "";
  /** As a `datetime-local` field has it, in this machine's time zone; empty: no bound. */
  readonly from: string;
  readonly until: string;
  /** Requests with one of these lines; `undefined`: all. */
  readonly lines: ReadonlySet<number> | undefined;
}

export const EVERYTHING: Filter = {
  who: "",
  path: "",
  operation: "",
  outcome: "",
  from: "",
  until: "",
  lines: undefined,
};

const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.trim().toLowerCase());

const MINUTE = 60_000;

/** The minute of `until` is a part of it. A time that cannot be read is in no bounds. */
const within = (time: string, from: string, until: string): boolean => {
  if (from === "" && until === "") return true;
  const at = Date.parse(time);
  return (from === "" || at >= Date.parse(from)) && (until === "" || at < Date.parse(until) + MINUTE);
};

const isOneOf = ({ line, answered }: AuditRow, lines: ReadonlySet<number>): boolean =>
  lines.has(line) || (answered !== undefined && lines.has(answered));

export const filtered = (
  rows: readonly AuditRow[],
  { who, path, operation, outcome, from, until, lines }: Filter,
): readonly AuditRow[] =>
  rows.filter(
    (row) =>
      has(row.who, who) &&
      has(row.path, path) &&
      (operation === "" || row.operation === operation) &&
      (outcome === "" || row.outcome === outcome) &&
      within(row.time, from, until) &&
      (lines === undefined || isOneOf(row, lines)),
  );

/** Who asked, the most frequent first. */
export const askers = (rows: readonly AuditRow[]): readonly (readonly [who: string, count: number])[] => {
  const counts = new Map<string, number>();
  for (const { who } of rows) counts.set(who, (counts.get(who) ?? 0) + 1);
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
};

const HOUR = 3_600_000;
/** Widths of a bar, in milliseconds. */
const STEPS = [60_000, 5 * 60_000, 15 * 60_000, HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR];
const MOST_STEPS = 60;

export type Point = readonly [at: number, count: number];
export interface Timeline {
  readonly all: readonly Point[];
  readonly refused: readonly Point[];
}

/** Requests for each stretch of time, stretches without any included; `undefined` where no row has a readable time. */
export const timeline = (rows: readonly AuditRow[]): Timeline | undefined => {
  const timed = rows
    .map((row) => ({ at: Date.parse(row.time), refused: row.outcome === "refused" }))
    .filter(({ at }) => Number.isFinite(at));
  if (timed.length === 0) return undefined;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { at } of timed) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  const fitting = STEPS.find((step) => (last - first) / step < MOST_STEPS);
  const step = fitting ?? Math.ceil((last - first) / MOST_STEPS / HOUR) * HOUR;
  const start = Math.floor(first / step) * step;
  const counts = Array.from({ length: Math.floor((last - start) / step) + 1 }, () => ({ all: 0, refused: 0 }));
  for (const { at, refused } of timed) {
    const count = counts[Math.floor((at - start) / step)];
    if (!count) continue;
    count.all += 1;
    if (refused) count.refused += 1;
  }
  return {
    all: counts.map(({ all }, index) => [start + index * step, all]),
    refused: counts.map(({ refused }, index) => [start + index * step, refused]),
  };
};
