import { Cron } from "croner";
import { shown } from "../../std/shown.ts";

/**
 * Rotation schedules: five fields of cron (minute, hour, day of month, month, day of week) in UTC, with names, ranges,
 * lists and steps. As in cron, a day matches by either of its fields when both are restricted. What croner knows beyond
 * that (seconds, years, `L`, `W`, `#`, `@daily`) is refused, as Vault refuses it.
 * Source: crontab(5); Vault documentation, "Schedule-based static role rotation".
 */

export interface Schedule {
  /** The first moment after `ms` that the schedule names, epoch milliseconds. */
  next(ms: number): number;
}

export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
}

/** Longer than any schedule people write; longer ones cost time and memory to refuse. */
const MOST_CHARACTERS = 256;

/** Names and the last value of each field. */
const FIELDS = [
  ["minute", 59],
  ["hour", 23],
  ["day of month", 31],
  ["month", 12],
  ["day of week", 6],
] as const;

const PART = /^(\*|\?|\d{1,2}|[a-z]{3})(?:-(\d{1,2}|[a-z]{3}))?(?:\/(\d{1,3}))?$/i;

const refuse = (why: string): never => {
  throw new ScheduleError(why);
};

/** One part of a list, `5/10` written as the range that it means. */
const plainPart = (text: string, name: string, last: number): string => {
  const [, from = "", to, step] = PART.exec(text) ?? refuse(`${shown(text)} is not a ${name}`);
  const open = step !== undefined && to === undefined && from !== "*" && from !== "?";
  return open ? `${from}-${last}/${step}` : text;
};

/** Throws `ScheduleError` for what is not a schedule, or names no day that ever comes. */
export const parseSchedule = (text: string): Schedule => {
  if (text.length > MOST_CHARACTERS) return refuse(`it is longer than ${MOST_CHARACTERS} characters`);
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return refuse(`expected 5 fields, found ${text.trim() === "" ? 0 : parts.length}`);
  const pattern = FIELDS.map(([name, last], index) =>
    (parts[index] ?? "")
      .split(",")
      .map((part) => plainPart(part, name, last))
      .join(","),
  ).join(" ");
  const find = (ms: number): number => {
    const next = cron.nextRun(new Date(ms));
    return next?.getTime() ?? refuse("it names no day that ever comes");
  };
  let cron: Cron;
  try {
    cron = new Cron(pattern, { mode: "5-part", timezone: "UTC", paused: true });
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message.replace(/^CronPattern: /, "") : "it cannot be read");
  }
  find(0);
  return { next: find };
};
