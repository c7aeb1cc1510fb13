import { isPrint } from "../std/go-quote.ts";
import { bytesOfText, joined } from "./bytes.ts";
import { formatFloat } from "./digits.ts";
import { fitsBackquotes, LONGEST_ESCAPE, quoted, quotedChar } from "./quote.ts";
import type { Room } from "./values.ts";

/** Numbers, texts and booleans within width, precision and flags. Source: Go documentation, package fmt. */

export interface Flags {
  /** 0 and absent: none. */
  width: number;
  /** `undefined`: none given. */
  precision: number | undefined;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v` */
  plusV: boolean;
  /** `%#v` */
  sharpV: boolean;
}

export const noFlags = (): Flags => ({
  width: 0,
  precision: undefined,
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
});

const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;
const runes = (text: string): number => text.length - (text.match(ASTRAL)?.length ?? 0);

/** The text on the width, with blanks or zeros. */
export const pad = (text: string, { width, minus, zero }: Flags, room: Room, zeros = zero): string => {
  const missing = width === 0 ? 0 : width - runes(text);
  if (missing <= 0) return text;
  room.text(text.length + missing);
  if (minus) return text + " ".repeat(missing);
  return (zeros ? "0" : " ").repeat(missing) + text;
};

/** The first characters of a text, as many as the precision says. */
const cut = (text: string, { precision }: Flags): string => {
  if (precision === undefined || text.length <= precision) return text;
  let end = 0;
  for (let count = 0; count < precision && end < text.length; count += 1)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
};

export const formatText = (text: string, flags: Flags, room: Room): string =>
  pad(cut(joined(text), flags), flags, room);

/** `%q` */
export const formatQuoted = (text: string, flags: Flags, room: Room): string => {
  const shown = cut(joined(text), flags);
  if (flags.sharp && fitsBackquotes(shown)) return pad(`\`${shown}\``, flags, room);
  room.text(shown.length * LONGEST_ESCAPE + 2);
  return pad(quoted(shown, flags.plus), flags, room);
};

/** `%x` and `%X` of a text or of bytes. */
export const formatHex = (value: string | Uint8Array, upper: boolean, flags: Flags, room: Room): string => {
  const all = typeof value === "string" ? bytesOfText(value) : value;
  const bytes = flags.precision === undefined ? all : all.subarray(0, flags.precision);
  if (bytes.length === 0) return pad("", flags, room);
  room.text(bytes.length * 5);
  const prefix = flags.sharp ? (upper ? "0X" : "0x") : "";
  const plain = Buffer.from(bytes).toString("hex");
  const hex = upper ? plain.toUpperCase() : plain;
  const text = flags.space ? hex.replace(/..(?!$)/g, `$& ${prefix}`) : hex;
  return pad(prefix + text, flags, room);
};

const PREFIX: Readonly<Record<number, string>> = { 2: "0b", 8: "0", 16: "0x" };

const signOf = (isNegative: boolean, { plus, space }: Flags): string => {
  if (isNegative) return "-";
  return plus ? "+" : space ? " " : "";
};

/** How many digits there must be at least. */
const leastDigits = ({ precision, zero, minus, width }: Flags, sign: string): number => {
  if (precision !== undefined) return precision;
  return zero && !minus ? width - sign.length : 0;
};

const basePrefix = (digits: string, base: number, verb: string, { sharp }: Flags): string => {
  const own = sharp && !(base === 8 && digits.startsWith("0")) ? (PREFIX[base] ?? "") : "";
  return (verb === "O" ? "0o" : "") + own;
};

/** An integer in a base. */
export const formatInteger = (value: bigint, base: number, verb: string, flags: Flags, room: Room): string => {
  if (flags.precision === 0 && value === 0n) return pad("", flags, room, false);
  const sign = signOf(value < 0n, flags);
  const least = leastDigits(flags, sign);
  room.text(Math.max(least, flags.width));
  const digits = (value < 0n ? -value : value).toString(base).padStart(least, "0");
  const text = basePrefix(digits, base, verb, flags) + digits;
  return pad(sign + (verb === "X" ? text.toUpperCase() : text), flags, room, false);
};

const MOST = 0x10ffffn;

/** The character of a number; U+FFFD where there is none. */
const charOf = (value: bigint): string => {
  const known = value >= 0n && value <= MOST && !isSurrogate(value);
  return String.fromCodePoint(known ? Number(value) : 0xfffd);
};

/** `%c` */
export const formatChar = (value: bigint, flags: Flags, room: Room): string => pad(charOf(value), flags, room);

/** `%q` of a number. */
export const formatQuotedChar = (value: bigint, flags: Flags, room: Room): string =>
  pad(quotedChar(charOf(value), flags.plus), flags, room);

/** `%U` */
export const formatUnicode = (value: bigint, flags: Flags, room: Room): string => {
  const least = Math.max(4, flags.precision ?? 0);
  room.text(least);
  const code = `U+${BigInt.asUintN(64, value).toString(16).toUpperCase().padStart(least, "0")}`;
  const isShown = flags.sharp && value >= 0n && value <= MOST && isPrint(charOf(value)) && !isSurrogate(value);
  return pad(isShown ? `${code} '${charOf(value)}'` : code, flags, room, false);
};

const isSurrogate = (value: bigint): boolean => value >= 0xd800n && value <= 0xdfffn;

/** `%#`: the point is always there, and so are zeros at the end. */
const withAllDigits = (text: string, verb: string, precision: number): string => {
  const split = verb === "x" || verb === "X" ? text.search(/[pP]/) : text.search(/[eEpP]/);
  const number = split < 0 ? text : text.slice(0, split);
  const tail = split < 0 ? "" : text.slice(split);
  const wanted = "gGvx".includes(verb) ? (precision < 0 ? 6 : precision) : 0;
  const shown = number.replace(/[-+ .]/g, "");
  const counted = /^0*$/.test(shown) ? 0 : shown.replace(/^0+/, "").length;
  const point = number.includes(".") ? "" : ".";
  // A single zero counts once.
  const missing = wanted - counted - (point !== "" && shown === "0" ? 1 : 0);
  return number + point + "0".repeat(Math.max(0, missing)) + tail;
};

/** Longest that digits before the point, sign and exponent are. */
const LONGEST_FLOAT = 330;

/** A float by one of strconv's formats. */
export const formatFloatVerb = (value: number, verb: string, fallback: number, flags: Flags, room: Room): string => {
  const precision = flags.precision ?? fallback;
  room.text(Math.max(0, precision) + LONGEST_FLOAT);
  const plain = formatFloat(value, verb, precision);
  const size = plain.replace(/^[-+]/, "");
  const sign = plain.startsWith("-") ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  if (!Number.isFinite(value)) {
    const shown = Number.isNaN(value) || sign !== "" ? sign : "+";
    return pad(shown + size, flags, room, false);
  }
  const text = flags.sharp && verb !== "b" ? withAllDigits(size, verb, precision) : size;
  // Zeros stand behind the sign.
  const isFilled = flags.zero && !flags.minus && sign !== "";
  return isFilled
    ? sign + pad(text, { ...flags, width: Math.max(0, flags.width - 1) }, room)
    : pad(sign + text, flags, room);
};
