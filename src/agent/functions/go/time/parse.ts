import { type Chunk, chunksOf, type Element } from "./chunks.ts";
import { atWallTime, fromMs, type Instant, utcMs } from "./instant.ts";
import { DAYS, MONTHS } from "./layout.ts";
import { fixedZone, UTC, type Zone } from "./zone.ts";

/** Times from text by Go's layouts. */

interface Found {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanos: bigint;
  afternoon: boolean | undefined;
  zone: Zone | undefined;
}

type Reader = (rest: string, found: Found) => string | undefined;

/** Takes what the pattern finds at the beginning, if `take` has no objection. */
const reading =
  (pattern: RegExp, take: (text: string, found: Found) => boolean | undefined): Reader =>
  (rest, found) => {
    const text = pattern.exec(rest)?.[0];
    return text !== undefined && take(text, found) !== false ? rest.slice(text.length) : undefined;
  };

const number = (pattern: RegExp, least: number, most: number, set: (value: number, found: Found) => void): Reader =>
  reading(pattern, (text, found) => {
    const value = Number(text);
    set(value, found);
    return value >= least && value <= most;
  });

const byName = (
  names: readonly string[],
  length: number | undefined,
  set: (at: number, found: Found) => void,
): Reader => {
  const short = names.map((name) => name.slice(0, length).toLowerCase());
  return (rest, found) => {
    const at = short.findIndex((name) => rest.toLowerCase().startsWith(name));
    if (at < 0) return undefined;
    set(at, found);
    return rest.slice(short[at]?.length);
  };
};

const month = (value: number, found: Found): void => {
  found.month = value;
};
const day = (value: number, found: Found): void => {
  found.day = value;
};
const hour = (value: number, found: Found): void => {
  found.hour = value;
};
const minute = (value: number, found: Found): void => {
  found.minute = value;
};
const second = (value: number, found: Found): void => {
  found.second = value;
};
const yearDay = (value: number, found: Found): void => {
  found.yearDay = value;
};
const year = (value: number, found: Found): void => {
  found.year = value;
};

const halfDay = (pattern: RegExp): Reader =>
  reading(pattern, (text, found) => {
    found.afternoon = text.toLowerCase() === "pm";
    return true;
  });

/** Letters alone do not tell an offset; Go takes them for one of zero hours, with that name. */
const abbreviation: Reader = reading(/^(?:UTC|[A-Z]{3}T|[A-Z]{3,4}(?![A-Z])|[+-]\d\d(?:\d\d)?)/, (text, found) => {
  found.zone = text === "UTC" ? UTC : fixedZone(0, text);
  return true;
});

const ELEMENTS: Readonly<Record<Element, Reader>> = {
  January: byName(MONTHS, undefined, (at, found) => month(at + 1, found)),
  Jan: byName(MONTHS, 3, (at, found) => month(at + 1, found)),
  "1": number(/^\d{1,2}/, 1, 12, month),
  "01": number(/^\d{2}/, 1, 12, month),
  Monday: byName(DAYS, undefined, () => {}),
  Mon: byName(DAYS, 3, () => {}),
  "2": number(/^ ?\d{1,2}/, 0, 31, day),
  _2: number(/^ ?\d{1,2}/, 0, 31, day),
  "02": number(/^\d{2}/, 0, 31, day),
  __2: number(/^ {0,2}\d{1,3}/, 1, 366, yearDay),
  "002": number(/^\d{3}/, 1, 366, yearDay),
  "15": number(/^\d{1,2}/, 0, 23, hour),
  "3": number(/^\d{1,2}/, 0, 12, hour),
  "03": number(/^\d{2}/, 0, 12, hour),
  "4": number(/^\d{1,2}/, 0, 59, minute),
  "04": number(/^\d{2}/, 0, 59, minute),
  "5": number(/^\d{1,2}/, 0, 59, second),
  "05": number(/^\d{2}/, 0, 59, second),
  "2006": number(/^\d{4}/, 0, 9999, year),
  "06": number(/^\d{2}/, 0, 99, (value, found) => year(value >= 69 ? 1900 + value : 2000 + value, found)),
  PM: halfDay(/^(?:AM|PM)/),
  pm: halfDay(/^(?:am|pm)/),
  MST: abbreviation,
};

const nanosOf = (digits: string): bigint => BigInt(digits.padEnd(9, "0").slice(0, 9));

/** Any number of digits, or just as many. */
const fraction =
  (digits: number | undefined): Reader =>
  (rest, found) => {
    const [all] = /^[.,]\d+/.exec(rest) ?? [];
    const text = digits === undefined ? all : all?.slice(0, digits + 1);
    if (text === undefined || (digits !== undefined && text.length <= digits)) return undefined;
    found.nanos = nanosOf(text.slice(1));
    return rest.slice(text.length);
  };

const OFFSETS = [/^/, /^[+-](\d\d)/, /^[+-](\d\d)(\d\d)/, /^[+-](\d\d)(\d\d)(\d\d)/];
const WITH_COLONS = [/^/, /^[+-](\d\d)/, /^[+-](\d\d):(\d\d)/, /^[+-](\d\d):(\d\d):(\d\d)/];

const offset = (chunk: Extract<Chunk, { kind: "offset" }>, rest: string, found: Found): string | undefined => {
  if (chunk.z && rest.startsWith("Z")) {
    found.zone = UTC;
    return rest.slice(1);
  }
  const [text, hours, minutes = "0", seconds = "0"] =
    (chunk.colons ? WITH_COLONS : OFFSETS)[chunk.fields]?.exec(rest) ?? [];
  if (text === undefined || Number(hours) > 24 || Number(minutes) > 59) return undefined;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  found.zone = size === 0 ? UTC : fixedZone(text.startsWith("-") ? -size : size);
  return rest.slice(text.length);
};

/** Blanks of the layout stand for any number of blanks. */
const literal = (text: string, rest: string): string | undefined => {
  let left = rest;
  for (const part of text.split(/( +)/)) {
    if (/^ +$/.test(part)) {
      if (left !== "" && !left.startsWith(" ")) return undefined;
      left = left.replace(/^ +/, "");
    } else if (left.startsWith(part)) left = left.slice(part.length);
    else return undefined;
  }
  return left;
};

const isSecond = (chunk: Chunk): boolean =>
  chunk.kind === "element" && (chunk.element === "5" || chunk.element === "05");

const step = (chunk: Chunk, next: Chunk | undefined, rest: string, found: Found): string | undefined => {
  switch (chunk.kind) {
    case "text":
      return literal(chunk.text, rest);
    case "offset":
      return offset(chunk, rest, found);
    case "fraction":
      // Digits that may be left out may be any number of them.
      return fraction(chunk.zeros ? chunk.digits : undefined)(rest, found) ?? (chunk.zeros ? undefined : rest);
    case "element": {
      const left = ELEMENTS[chunk.element](rest, found);
      // A fraction after the seconds is read even where the layout has none.
      if (left === undefined || !isSecond(chunk) || next?.kind === "fraction") return left;
      return fraction(undefined)(left, found) ?? left;
    }
  }
};

const daysIn = (year: number, month: number): number => new Date(utcMs(year, month + 1, 0)).getUTCDate();

const finish = (found: Found, zone: Zone): Instant | undefined => {
  const { year, second, minute } = found;
  const hour = found.afternoon === undefined ? found.hour : (found.hour % 12) + (found.afternoon ? 12 : 0);
  const [month, day] =
    found.yearDay > 0 ? [1, found.yearDay] : [Math.max(1, found.month), found.day < 0 ? 1 : found.day];
  if (found.yearDay > daysIn(year, 2) + 337) return undefined;
  if (found.yearDay <= 0 && (day < 1 || day > daysIn(year, month))) return undefined;
  const ms = utcMs(year, month, day, hour, minute, second);
  const own = found.zone ?? zone;
  if (found.zone) return { at: fromMs(ms - own.at(ms).seconds * 1000) + found.nanos, zone: own };
  return { at: atWallTime(own, ms, found.nanos), zone: own };
};

/** `undefined`: the text is not a time of this layout. Without an offset in it, it is a time of `zone`. */
export const parseTime = (layout: string, text: string, zone: Zone): Instant | undefined => {
  const found: Found = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0n,
    afternoon: undefined,
    zone: undefined,
  };
  const chunks = chunksOf(layout);
  let rest: string | undefined = text;
  for (const [at, chunk] of chunks.entries()) {
    rest = step(chunk, chunks[at + 1], rest, found);
    if (rest === undefined) return undefined;
  }
  return rest === "" ? finish(found, zone) : undefined;
};
