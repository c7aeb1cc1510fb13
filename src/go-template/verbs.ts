import {
  type Flags,
  formatChar,
  formatFloatVerb,
  formatHex,
  formatInteger,
  formatQuoted,
  formatQuotedChar,
  formatText,
  formatUnicode,
  pad,
} from "./format.ts";
import type { Room } from "./values.ts";

/** What each verb makes of a boolean, a number and a text. Source: Go documentation, package fmt. */

export type Plain = boolean | bigint | number | string;

export const BASES: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** Formats of `strconv`, and how many digits there are where the flags do not say. */
const FLOATS: Readonly<Record<string, readonly [string, number]>> = {
  v: ["g", -1],
  b: ["b", -1],
  g: ["g", -1],
  G: ["G", -1],
  x: ["x", -1],
  X: ["X", -1],
  f: ["f", 6],
  F: ["f", 6],
  e: ["e", 6],
  E: ["E", 6],
};

/** In hexadecimal, with or without `0x`, whatever the flags say. */
export const formatAddress = (value: bigint, leading: boolean, flags: Flags, room: Room): string =>
  formatInteger(value, 16, "v", { ...flags, sharp: leading }, room);

const integer = (value: bigint, isUnsigned: boolean, verb: string, flags: Flags, room: Room): string | undefined => {
  const base = BASES[verb];
  if (base !== undefined) return formatInteger(value, base, verb, flags, room);
  switch (verb) {
    case "v":
      if (flags.sharpV && isUnsigned) return formatAddress(value, true, flags, room);
      return formatInteger(value, 10, verb, flags, room);
    case "c":
      return formatChar(value, flags, room);
    case "q":
      return formatQuotedChar(value, flags, room);
    case "U":
      return formatUnicode(value, flags, room);
    default:
      return undefined;
  }
};

const float = (value: number, verb: string, flags: Flags, room: Room): string | undefined => {
  const [format, digits] = FLOATS[verb] ?? [];
  return format === undefined || digits === undefined ? undefined : formatFloatVerb(value, format, digits, flags, room);
};

const text = (value: string, verb: string, flags: Flags, room: Room): string | undefined => {
  switch (verb) {
    case "v":
      return flags.sharpV ? formatQuoted(value, flags, room) : formatText(value, flags, room);
    case "s":
      return formatText(value, flags, room);
    case "x":
    case "X":
      return formatHex(value, verb === "X", flags, room);
    case "q":
      return formatQuoted(value, flags, room);
    default:
      return undefined;
  }
};

/** `undefined`: the verb does not fit. `isUnsigned`: of a whole number's type. */
export const formatScalar = (
  value: Plain,
  isUnsigned: boolean,
  verb: string,
  flags: Flags,
  room: Room,
): string | undefined => {
  if (typeof value === "boolean") return verb === "t" || verb === "v" ? pad(String(value), flags, room) : undefined;
  if (typeof value === "bigint") return integer(value, isUnsigned, verb, flags, room);
  return typeof value === "number" ? float(value, verb, flags, room) : text(value, verb, flags, room);
};
