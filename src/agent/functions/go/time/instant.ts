import type { Zone, ZoneOffset } from "./zone.ts";

/** A moment, seen in a zone. */
export interface Instant {
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly zone: Zone;
}

export interface TimeFields {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearDay: number;
  readonly zone: ZoneOffset;
}

const MILLION = 1_000_000n;
const BILLION = 1_000_000_000n;

/** Rounded down. */
export const secondsOf = (at: bigint): bigint => (at - (((at % BILLION) + BILLION) % BILLION)) / BILLION;
export const fromSeconds = (seconds: bigint, nanos = 0n): bigint => seconds * BILLION + nanos;
export const fromMs = (ms: number): bigint => BigInt(Math.floor(ms)) * MILLION;

/** JavaScript's dates go no further. */
const MOST_MS = 8_640_000_000_000_000n;
const msOf = (at: bigint): number => {
  const ms = secondsOf(at) * 1000n;
  return Number(ms > MOST_MS ? MOST_MS : ms < -MOST_MS ? -MOST_MS : ms);
};

/** Milliseconds of a date in UTC; months and days may lie outside their range. */
export const utcMs = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime();
};

export const fieldsOf = ({ at, zone }: Instant): TimeFields => {
  const ms = msOf(at);
  const offset = zone.at(ms);
  const wall = new Date(ms + offset.seconds * 1000);
  const year = wall.getUTCFullYear();
  const day = Math.floor((wall.getTime() - utcMs(year, 1, 1)) / 86_400_000);
  return {
    year,
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    nanosecond: Number(at - secondsOf(at) * BILLION),
    weekday: wall.getUTCDay(),
    yearDay: day + 1,
    zone: offset,
  };
};

/** The moment at which clocks of the zone show this. */
export const atWallTime = (zone: Zone, ms: number, nanos = 0n): bigint => {
  const guess = ms - zone.at(ms).seconds * 1000;
  const seconds = zone.at(guess).seconds;
  return fromMs(ms - seconds * 1000) + nanos;
};
