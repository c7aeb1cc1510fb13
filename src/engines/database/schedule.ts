/**
 * Rotation schedules: five fields of cron (minute, hour, day of month, month, day of week) in UTC, with names, ranges,
 * lists and steps. As in cron, a day matches by either of its fields when both are restricted.
 * Source: crontab(5); Vault documentation, "Schedule-based static role rotation".
 */

export interface Schedule {
  /** The first moment after `ms` that the schedule names, epoch milliseconds. */
  next(ms: number): number;
}

export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for numbers, the first for `from`. */
  readonly words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, words: MONTHS },
  { name: "day of week", from: 0, to: 7, words: DAYS },
];

const refuse = (why: string): never => {
  throw new ScheduleError(why);
};

const numberOf = (text: string, field: Field): number => {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  const value = word >= 0 ? word + field.from : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.from && value <= field.to ? value : refuse(`${JSON.stringify(text)} is no ${field.name}`);
};

const parsePart = (text: string, field: Field): readonly number[] => {
  const [range = "", step, ...more] = text.split("/");
  if (more.length > 0) return refuse(`too many slashes in ${JSON.stringify(text)}`);
  const every = step === undefined ? 1 : /^[1-9]\d{0,2}$/.test(step) ? Number(step) : refuse("a step must be above 0");
  const [low = "", high, ...rest] = range.split("-");
  if (rest.length > 0) return refuse(`too many hyphens in ${JSON.stringify(text)}`);
  const all = range === "*" || range === "?";
  const from = all ? field.from : numberOf(low, field);
  const single = high === undefined ? (step === undefined ? from : field.to) : numberOf(high, field);
  const to = all ? field.to : single;
  if (from > to) return refuse(`${JSON.stringify(text)} ends before it begins`);
  const values: number[] = [];
  for (let value = from; value <= to; value += every) values.push(value);
  return values;
};

const parseField = (text: string, field: Field): ReadonlySet<number> =>
  new Set(text.split(",").flatMap((part) => parsePart(part, field)));

const isAll = (text: string): boolean => text === "*" || text === "?";

const DAY_MS = 86_400_000;
/** The 29th of February may be eight years away. */
const MOST_DAYS = 366 * 9;

/** Throws `ScheduleError` for what is no schedule, or names no day that ever comes. */
export const parseSchedule = (text: string): Schedule => {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return refuse(`expected 5 fields, found ${parts.length}`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) => parseField(parts[index] ?? "", field));
  const anyDay = isAll(parts[2] ?? "");
  const anyWeekday = isAll(parts[4] ?? "");

  const dayMatches = (day: Date): boolean => {
    if (!months?.has(day.getUTCMonth() + 1)) return false;
    const inMonth = days?.has(day.getUTCDate()) ?? false;
    const number = day.getUTCDay();
    const inWeek = (weekdays?.has(number) ?? false) || (number === 0 && (weekdays?.has(7) ?? false));
    if (anyDay || anyWeekday) return (anyDay || inMonth) && (anyWeekday || inWeek);
    return inMonth || inWeek;
  };

  const find = (ms: number): number | undefined => {
    const earliest = Math.floor(ms / 60_000) * 60_000 + 60_000;
    let day = Math.floor(earliest / DAY_MS) * DAY_MS;
    for (let count = 0; count < MOST_DAYS; count += 1, day += DAY_MS) {
      if (!dayMatches(new Date(day))) continue;
      for (const hour of [...(hours ?? [])].sort((a, b) => a - b)) {
        for (const minute of [...(minutes ?? [])].sort((a, b) => a - b)) {
          const at = day + (hour * 60 + minute) * 60_000;
          if (at >= earliest) return at;
        }
      }
    }
    return undefined;
  };

  if (find(0) === undefined) return refuse("it names no day that ever comes");
  return { next: (ms) => find(ms) ?? refuse("it names no day that ever comes") };
};
