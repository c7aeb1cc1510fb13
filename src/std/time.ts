import { as, type EpochSeconds, type Seconds } from "./brand.ts";
import { shown } from "./shown.ts";

/** Where "now" comes from. Injected everywhere, so that a test can move time. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** A clock in milliseconds that only goes forward: for how long something took, not for when it was. */
export const steady = (): number => performance.now();

export const systemClock: Clock = { now: () => Date.now() };

export const seconds = (n: number): Seconds => as<Seconds>(Math.trunc(n));
export const epochSeconds = (ms: number): EpochSeconds => as<EpochSeconds>(Math.floor(ms / 1000));
export const plus = (at: EpochSeconds, by: Seconds): EpochSeconds => as<EpochSeconds>(at + by);

/** RFC 3339 in UTC with Go's nanosecond look (`2026-11-22T21:00:00.123000000Z`): what Vault prints for times. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000000Z`;

/** RFC 3339 in UTC in whole seconds, the rest cut off: `2026-11-22T21:00:00Z`. */
export const wholeRfc3339 = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");

/** RFC 3339 in UTC as Go marshals it: a fraction only where there is one, without zeros at its end. */
export const shortRfc3339 = (ms: number): string => new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** A duration text that cannot be read; the message is the text Go's parser would give. */
export class DurationError extends Error {
  override readonly name = "DurationError";
}

const parseGoParts = (text: string): number => {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0;
  let rest = unsigned;
  let total = 0;
  if (rest === "") throw new DurationError(`time: invalid duration ${shown(text)}`);
  while (rest !== "") {
    const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest);
    if (!number) throw new DurationError(`time: invalid duration ${shown(text)}`);
    rest = rest.slice(number[0].length);
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? "";
    if (unit === "") throw new DurationError(`time: missing unit in duration ${shown(text)}`);
    const scale = UNIT_SECONDS[unit];
    if (scale === undefined) throw new DurationError(`time: unknown unit ${shown(unit)} in duration ${shown(text)}`);
    total += Number(number[0]) * scale;
    rest = rest.slice(unit.length);
  }
  if (total > 9223372036) throw new DurationError(`time: invalid duration ${shown(text)}`);
  return text.startsWith("-") ? -total : total;
};

/**
 * Reads Vault's duration text (`30`, `30s`, `1h30m`, `1.5h`, `2d`) as seconds with their fraction.
 *
 * Empty text is 0. Days do not combine with other units. Throws `DurationError` with Go's own wording.
 * Source: Vault `parseutil.ParseDurationSecond`.
 */
export const parseExactDuration = (text: string): number => {
  if (text === "") return 0;
  if (/^[+-]?\d+$/.test(text)) {
    const n = Number(text);
    if (Math.abs(n) > 9223372036) throw new DurationError(`time: invalid duration ${shown(text)}`);
    return n;
  }
  if (text.endsWith("d")) {
    const days = text.slice(0, -1);
    if (!/^[+-]?\d+$/.test(days)) throw new DurationError(`strconv.ParseInt: parsing ${shown(days)}: invalid syntax`);
    const total = Number(days) * 86400;
    if (Math.abs(total) > 9223372036) throw new DurationError(`time: invalid duration ${shown(text)}`);
    return total;
  }
  return parseGoParts(text);
};

/**
 * The same in whole seconds, the rest cut off; but what is less than a second and not zero becomes one (or minus one),
 * because zero means "no limit" or "not asked for" wherever a duration is wanted.
 */
export const parseDuration = (text: string): Seconds => {
  const exact = parseExactDuration(text);
  // Plus zero: there is no negative zero.
  return seconds((Math.abs(exact) < 1 ? Math.sign(exact) : Math.trunc(exact)) + 0);
};

/** Prints whole seconds as Go's `time.Duration` does: `0s`, `1m30s`, `768h0m0s`. */
export const formatDuration = (value: Seconds): string => {
  const sign = value < 0 ? "-" : "";
  const total = Math.abs(value);
  const h = Math.floor(total / 3600);
  const m = Math.floor((total % 3600) / 60);
  const s = total % 60;
  if (h > 0) return `${sign}${h}h${m}m${s}s`;
  if (m > 0) return `${sign}${m}m${s}s`;
  return `${sign}${s}s`;
};

/** Prints a duration without trailing zero units (`768h`, `1h30m`), as Vault's TTL warnings do. */
export const compactDuration = (value: Seconds): string => {
  let text = formatDuration(value);
  if (text.endsWith("m0s")) text = text.slice(0, -2);
  if (text.endsWith("h0m")) text = text.slice(0, -2);
  return text;
};
