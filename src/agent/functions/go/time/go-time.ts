import {
  duration,
  func0,
  func1,
  func3,
  INT,
  int64,
  type Methods,
  paramOf,
  Scalar,
  STRING,
  types,
  unrunnable,
  type Value,
} from "../../../../go-template/index.ts";
import { Marshalled } from "../marshalled.ts";
import { atWallTime, fieldsOf, fromSeconds, type Instant, secondsOf, utcMs } from "./instant.ts";
import { DAYS, formatTime, MONTHS, rfc3339Nano } from "./layout.ts";
import { UTC, type Zone } from "./zone.ts";

/** Go's `time.Time`, with the methods that templates call. */

const TIME: types.Type = types.structOf("time.Time", {});
const DURATION = types.duration;
const MONTH = types.named("time.Month", "int");
const WEEKDAY = types.named("time.Weekday", "int");
/** The first second of the year 1, which is Go's zero. */
const ZERO_SECOND = -62_135_596_800n;

export class GoTime extends Marshalled implements Instant {
  readonly at: bigint;
  readonly zone: Zone;
  constructor(at: bigint, zone: Zone) {
    const instant = { at, zone };
    super(TIME, {}, methodsOf(instant), formatTime(instant, "2006-01-02 15:04:05.999999999 -0700 MST"));
    this.at = at;
    this.zone = zone;
  }

  marshalled(): string {
    return rfc3339Nano(this);
  }
}

export const zeroTime = (): GoTime => new GoTime(fromSeconds(ZERO_SECOND), UTC);

/** A parameter of type `time.Time`. */
export const TIME_PARAM = {
  type: TIME,
  as: (value: Value): GoTime => (value instanceof GoTime ? value : unrunnable("expected a time.Time")),
};

const NANOS = paramOf(DURATION);
const nanosOf = (value: Value): bigint =>
  value instanceof Scalar && typeof value.value === "bigint" ? value.value : 0n;

const addDate = ({ at, zone }: Instant, years: bigint, months: bigint, days: bigint): GoTime => {
  const time = fieldsOf({ at, zone });
  const [y, m, d] = [time.year + Number(years), time.month + Number(months), time.day + Number(days)];
  const ms = utcMs(y, m, d, time.hour, time.minute, time.second);
  if (!Number.isFinite(ms)) return unrunnable("AddDate: out of range");
  return new GoTime(atWallTime(zone, ms, BigInt(time.nanosecond)), zone);
};

const methodsOf = (instant: Instant): Methods => {
  const { at, zone } = instant;
  const field = (read: (time: ReturnType<typeof fieldsOf>) => number) => func0(() => BigInt(read(fieldsOf(instant))));
  return {
    Year: field(({ year }) => year),
    Day: field(({ day }) => day),
    Hour: field(({ hour }) => hour),
    Minute: field(({ minute }) => minute),
    Second: field(({ second }) => second),
    Nanosecond: field(({ nanosecond }) => nanosecond),
    YearDay: field(({ yearDay }) => yearDay),
    Month: func0(() => {
      const { month } = fieldsOf(instant);
      return new Scalar(MONTH, BigInt(month), MONTHS[month - 1]);
    }),
    Weekday: func0(() => {
      const { weekday } = fieldsOf(instant);
      return new Scalar(WEEKDAY, BigInt(weekday), DAYS[weekday]);
    }),
    Unix: func0(() => int64(secondsOf(at))),
    UnixMilli: func0(() => int64(at / 1_000_000n)),
    UnixNano: func0(() => int64(at)),
    UTC: func0(() => new GoTime(at, UTC)),
    Format: func1(STRING, (layout, room) => {
      room.text(layout.length * 10);
      return formatTime(instant, layout);
    }),
    String: func0(() => formatTime(instant, "2006-01-02 15:04:05.999999999 -0700 MST")),
    IsZero: func0(() => at === fromSeconds(ZERO_SECOND)),
    Add: func1(NANOS, (by) => new GoTime(at + nanosOf(by), zone)),
    AddDate: func3(INT, INT, INT, (years, months, days) => addDate(instant, years, months, days)),
    Sub: func1(TIME_PARAM, (other) => duration(at - other.at)),
    Before: func1(TIME_PARAM, (other) => at < other.at),
    After: func1(TIME_PARAM, (other) => at > other.at),
    Equal: func1(TIME_PARAM, (other) => at === other.at),
  };
};
