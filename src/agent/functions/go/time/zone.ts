/** Time zones by name, as the engine's own tables have them. */

export interface ZoneOffset {
  /** Seconds east of UTC. */
  readonly seconds: number;
  /** `CET`; `+03` where a zone has no letters; empty for a bare offset. */
  readonly abbreviation: string;
}

export interface Zone {
  at(ms: number): ZoneOffset;
}

export const UTC: Zone = { at: () => ({ seconds: 0, abbreviation: "UTC" }) };

export const fixedZone = (seconds: number, abbreviation = ""): Zone => ({ at: () => ({ seconds, abbreviation }) });

/** Each knows the abbreviations of its own part of the world. */
const LOCALES = ["en-US", "en-GB", "en-AU", "en-IN", "en-NZ", "en-ZA"];

const pad = (n: number): string => String(n).padStart(2, "0");

/** Before there were zones each town had its own time, which differs by seconds. */
const bareOffset = (seconds: number): string => {
  if (seconds % 60 !== 0) return "LMT";
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const rest = minutes % 60 === 0 ? "" : pad(minutes % 60);
  return `${seconds < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60))}${rest}`;
};

const PART: Intl.DateTimeFormatOptions = {
  hourCycle: "h23",
  era: "short",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
};

const wallTime = (format: Intl.DateTimeFormat, ms: number): number => {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get("era")?.startsWith("B") ? 1 - part("year") : part("year");
  const wall = new Date(0);
  wall.setUTCFullYear(year, part("month") - 1, part("day"));
  wall.setUTCHours(part("hour"), part("minute"), part("second"));
  return wall.getTime();
};

const abbreviationIn = (locale: string, timeZone: string, ms: number): string =>
  new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" })
    .formatToParts(ms)
    .find(({ type }) => type === "timeZoneName")?.value ?? "";

const abbreviationOf = (timeZone: string, ms: number): string | undefined =>
  LOCALES.map((locale) => abbreviationIn(locale, timeZone, ms)).find((text) => /^[A-Z]{3,5}$/.test(text));

/** `undefined`: no zone has this name. */
export const namedZone = (name: string): Zone | undefined => {
  if (name === "" || name === "UTC") return UTC;
  const timeZone = name === "Local" ? undefined : name;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US-u-ca-gregory", { ...PART, timeZone });
  } catch {
    return undefined;
  }
  const known = format.resolvedOptions().timeZone;
  if (known === "UTC") return UTC;
  return {
    at: (ms) => {
      const second = Math.floor(ms / 1000) * 1000;
      const seconds = (wallTime(format, second) - second) / 1000;
      return {
        seconds,
        // Looked up only for layouts that show it.
        get abbreviation() {
          return abbreviationOf(known, ms) ?? bareOffset(seconds);
        },
      };
    },
  };
};
