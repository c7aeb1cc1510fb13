import {
  ANY,
  durationText,
  func0,
  func1,
  func2,
  func3,
  Scalar,
  STRING,
  type TemplateFunction,
  typeOf,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { parseSigned } from "../go/strconv.ts";
import { parseDuration } from "../go/time/duration.ts";
import { GoTime, TIME_PARAM, zeroTime } from "../go/time/go-time.ts";
import { fromMs, fromSeconds, secondsOf } from "../go/time/instant.ts";
import { formatTime } from "../go/time/layout.ts";
import { parseTime } from "../go/time/parse.ts";
import { namedZone, UTC, type Zone } from "../go/time/zone.ts";
import { integerOf } from "../go/values.ts";
import type { Sources } from "../sources.ts";

/** sprig's functions of dates. */

const BILLION = 1_000_000_000n;

const UNITS: readonly (readonly [bigint, string])[] = [
  [31_536_000n, "y"],
  [2_592_000n, "mo"],
  [86_400n, "d"],
  [3_600n, "h"],
  [60n, "m"],
  [1n, "s"],
];

const rounded = (nanos: bigint): string => {
  const size = nanos < 0n ? -nanos : nanos;
  const [unit, name] = UNITS.find(([seconds]) => size > seconds * BILLION) ?? [0n, "s"];
  return unit === 0n ? "0s" : `${size / (unit * BILLION)}${name}`;
};

/** Of `int` and `int64`, and no other kind. */
const secondsIn = (value: Value): bigint | undefined =>
  [types.int.name, types.int64.name].includes(typeOf(value)?.name ?? "") ? integerOf(value) : undefined;

export const dateFunctions = ({ clock, env }: Sources): Readonly<Record<string, TemplateFunction>> => {
  const now = (): bigint => fromMs(clock.now());
  /** As Go has it: the machine's, unless the environment names another. */
  const local = (): Zone => namedZone(env("TZ")?.replace(/^:/, "") ?? "Local") ?? UTC;
  const zoneOf = (name: string): Zone => (name === "Local" ? local() : (namedZone(name) ?? UTC));

  const momentOf = (value: Value): bigint => {
    if (value instanceof GoTime) return value.at;
    const seconds = secondsIn(value);
    return seconds === undefined ? now() : fromSeconds(seconds);
  };

  const shown = (layout: string, value: Value, zone: string): string =>
    formatTime({ at: momentOf(value), zone: zoneOf(zone) }, layout);

  const ago = (value: Value): string => {
    const past = now() - momentOf(value);
    return durationText(((past + (past < 0n ? -BILLION / 2n : BILLION / 2n)) / BILLION) * BILLION);
  };

  const duration = (value: Value): string => {
    const seconds = typeof value === "string" ? parseSigned(value) : value instanceof Scalar ? secondsIn(value) : 0n;
    return durationText(BigInt.asIntN(64, (typeof seconds === "bigint" ? seconds : 0n) * BILLION));
  };

  const durationRound = (value: Value): string => {
    if (typeof value === "string") return rounded(parseDuration(value) ?? 0n);
    if (value instanceof GoTime) return rounded(now() - value.at);
    return rounded(value instanceof Scalar ? (secondsIn(value) ?? 0n) : 0n);
  };

  const modified = (by: string, time: GoTime, must: boolean): GoTime => {
    const nanos = parseDuration(by);
    if (nanos === undefined) return must ? unrunnable("time: invalid duration") : time;
    return new GoTime(time.at + nanos, time.zone);
  };

  const read = (layout: string, text: string, must: boolean): GoTime => {
    const found = parseTime(layout, text, local());
    if (!found) return must ? unrunnable("parsing time: it does not have this layout") : zeroTime();
    return new GoTime(found.at, found.zone);
  };

  const dateInZone = func3(STRING, ANY, STRING, shown);
  const modify = func2(STRING, TIME_PARAM, (by, time) => modified(by, time, false));
  const mustModify = func2(STRING, TIME_PARAM, (by, time) => modified(by, time, true));
  return {
    ago: func1(ANY, ago),
    date: func2(STRING, ANY, (layout, value) => shown(layout, value, "Local")),
    date_in_zone: dateInZone,
    date_modify: modify,
    dateInZone,
    dateModify: modify,
    duration: func1(ANY, duration),
    durationRound: func1(ANY, durationRound),
    htmlDate: func1(ANY, (value) => shown("2006-01-02", value, "Local")),
    htmlDateInZone: func2(ANY, STRING, (value, zone) => shown("2006-01-02", value, zone)),
    must_date_modify: mustModify,
    mustDateModify: mustModify,
    mustToDate: func2(STRING, STRING, (layout, text) => read(layout, text, true)),
    now: func0(() => new GoTime(now(), local())),
    toDate: func2(STRING, STRING, (layout, text) => read(layout, text, false)),
    unixEpoch: func1(TIME_PARAM, ({ at }) => String(secondsOf(at))),
  };
};
