import type { Chunk, Element } from "./chunks.ts";
import { chunksOf } from "./chunks.ts";
import type { Instant } from "./instant.ts";
import { fieldsOf, type TimeFields } from "./instant.ts";

/** Times as text by Go's layouts: `2006-01-02T15:04:05Z07:00`. */

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (n: number): string => String(n).padStart(2, "0");
const year = (n: number): string => (n < 0 ? `-${String(-n).padStart(4, "0")}` : String(n).padStart(4, "0"));

const ELEMENTS: Readonly<Record<Element, (time: TimeFields) => string>> = {
  January: ({ month }) => MONTHS[month - 1] ?? "",
  Jan: ({ month }) => (MONTHS[month - 1] ?? "").slice(0, 3),
  "1": ({ month }) => String(month),
  "01": ({ month }) => two(month),
  Monday: ({ weekday }) => DAYS[weekday] ?? "",
  Mon: ({ weekday }) => (DAYS[weekday] ?? "").slice(0, 3),
  "2": ({ day }) => String(day),
  _2: ({ day }) => String(day).padStart(2),
  "02": ({ day }) => two(day),
  __2: ({ yearDay }) => String(yearDay).padStart(3),
  "002": ({ yearDay }) => String(yearDay).padStart(3, "0"),
  "15": ({ hour }) => two(hour),
  "3": ({ hour }) => String(hour % 12 || 12),
  "03": ({ hour }) => two(hour % 12 || 12),
  "4": ({ minute }) => String(minute),
  "04": ({ minute }) => two(minute),
  "5": ({ second }) => String(second),
  "05": ({ second }) => two(second),
  "2006": (time) => year(time.year),
  "06": (time) => two(Math.max(0, time.year) % 100),
  PM: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  pm: ({ hour }) => (hour < 12 ? "am" : "pm"),
  MST: ({ zone }) => zone.abbreviation || offsetText(zone.seconds, false, 2),
};

const offsetText = (seconds: number, colons: boolean, fields: number): string => {
  const size = Math.abs(seconds);
  const parts = [Math.trunc(size / 3600), Math.trunc(size / 60) % 60, size % 60].slice(0, fields).map(two);
  return (seconds < 0 ? "-" : "+") + parts.join(colons ? ":" : "");
};

const fraction = (nanos: number, { sign, digits, zeros }: Extract<Chunk, { kind: "fraction" }>): string => {
  const all = String(nanos).padStart(9, "0").padEnd(digits, "0").slice(0, digits);
  const kept = zeros ? all : all.replace(/0+$/, "");
  return kept === "" ? "" : sign + kept;
};

const shown = (chunk: Chunk, time: TimeFields): string => {
  switch (chunk.kind) {
    case "text":
      return chunk.text;
    case "element":
      return ELEMENTS[chunk.element](time);
    case "offset":
      return chunk.z && time.zone.seconds === 0 ? "Z" : offsetText(time.zone.seconds, chunk.colons, chunk.fields);
    case "fraction":
      return fraction(time.nanosecond, chunk);
  }
};

export const formatTime = (instant: Instant, layout: string): string => {
  const time = fieldsOf(instant);
  return chunksOf(layout)
    .map((chunk) => shown(chunk, time))
    .join("");
};

export const rfc3339Nano = (instant: Instant): string => formatTime(instant, "2006-01-02T15:04:05.999999999Z07:00");
