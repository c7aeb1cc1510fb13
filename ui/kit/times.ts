import { kit } from "../texts/kit.ts";

/** Moments in words. */

const SECOND = 1_000;
const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Made when a time is first drawn: these two take longer than everything else the first load runs. */
const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
const relative = lazily(() => new Intl.RelativeTimeFormat(kit.locale, { numeric: "auto" }));
const exact = lazily(() => new Intl.DateTimeFormat(kit.locale, { dateStyle: "medium", timeStyle: "short" }));
const precise = lazily(() => new Intl.DateTimeFormat(kit.locale, { dateStyle: "medium", timeStyle: "medium" }));

/** 2.95 hours are 3: what was set to three hours a moment ago reads so. */
const ALMOST = 0.1;

/** By the calendar: `tomorrow` is the day after this one, however many hours away. */
const daysBetween = (from: number, to: number): number =>
  Math.round((new Date(to).setHours(0, 0, 0, 0) - new Date(from).setHours(0, 0, 0, 0)) / (86_400 * SECOND));

/** `yesterday`, `in 6 days`; both in milliseconds. Days are those of the reader's time zone. */
export const relativeTime = (at: number, now: number): string => {
  const seconds = (at - now) / SECOND;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) < size) continue;
    return relative().format(
      unit === "day" ? daysBetween(now, at) : Math.trunc(seconds / size + Math.sign(seconds) * ALMOST),
      unit,
    );
  }
  return relative().format(0, "second");
};

/** `6 Dec 2026, 18:00`, in the reader's time zone. */
export const exactTime = (at: number): string => exact().format(at);

/** `6 Dec 2026, 18:00:05`: for what is told apart by seconds. */
export const preciseTime = (at: number): string => precise().format(at);
