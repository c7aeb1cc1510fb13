import { func0 } from "./function.ts";
import * as types from "./types.ts";
import { int64, Scalar, type TemplateFunction } from "./values.ts";

/** `time.Duration`, as Go prints and divides it. Source: Go documentation, package time. */

const UNITS: readonly (readonly [name: string, nanoseconds: bigint])[] = [
  ["ns", 1n],
  ["µs", 1_000n],
  ["ms", 1_000_000n],
];
const SECOND = 1_000_000_000n;

/** A number of units without zeros at the end of its fraction. */
const scaled = (value: bigint, unit: bigint): string => {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return `${value / unit}${unit === 1n || fraction === "" ? "" : `.${fraction}`}`;
};

const sizeText = (size: bigint): string => {
  if (size === 0n) return "0s";
  const small = UNITS.find(([, unit]) => size < unit * 1000n);
  if (small) return `${scaled(size, small[1])}${small[0]}`;
  const minutes = size / (SECOND * 60n);
  const seconds = `${scaled(size % (SECOND * 60n), SECOND)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
};

/** `1h2m3.5s` */
export const durationText = (nanoseconds: bigint): string =>
  nanoseconds < 0n ? `-${sizeText(-nanoseconds)}` : sizeText(nanoseconds);

const inUnits = (nanoseconds: bigint, unit: bigint): TemplateFunction =>
  func0(() => Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit));
const whole = (nanoseconds: bigint, unit: bigint): TemplateFunction => func0(() => int64(nanoseconds / unit));

export const duration = (nanoseconds: bigint): Scalar =>
  new Scalar(types.duration, BigInt.asIntN(64, nanoseconds), durationText(nanoseconds), () => ({
    String: func0(() => durationText(nanoseconds)),
    Hours: inUnits(nanoseconds, SECOND * 3600n),
    Minutes: inUnits(nanoseconds, SECOND * 60n),
    Seconds: inUnits(nanoseconds, SECOND),
    Milliseconds: whole(nanoseconds, 1_000_000n),
    Microseconds: whole(nanoseconds, 1_000n),
    Nanoseconds: whole(nanoseconds, 1n),
  }));
