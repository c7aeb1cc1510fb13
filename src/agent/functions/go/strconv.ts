import { hexFraction } from "../../../go-template/index.ts";

/** Go's `strconv`: numbers from texts. Each answers `"syntax"` or `"range"` where Go has an error. */

type Failure = "syntax" | "range";

const PREFIXED: readonly (readonly [RegExp, number, number])[] = [
  [/^0x(_?[0-9a-f])+$/i, 16, 2],
  [/^0b(_?[01])+$/i, 2, 2],
  [/^0o(_?[0-7])+$/i, 8, 2],
  [/^0(_?[0-7])*$/, 8, 0],
  [/^[1-9](_?[0-9])*$/, 10, 0],
];

/** Digits that stay within what the engine turns into a number at once. */
const MOST_DIGITS = 400;
const RADIX_PREFIX: Readonly<Record<number, string>> = { 2: "0b", 8: "0o", 16: "0x" };

const digitsOf = (text: string, base: number): bigint | undefined => {
  const wanted = base === 10 ? /^\d+$/ : base === 8 ? /^[0-7]+$/ : base === 2 ? /^[01]+$/ : /^[0-9a-f]+$/i;
  if (!wanted.test(text)) return undefined;
  const digits = text.replace(/^0+(?=.)/, "");
  // Longer ones are out of every range.
  return BigInt((RADIX_PREFIX[base] ?? "") + digits.slice(0, MOST_DIGITS));
};

/** Without a sign. Base 0 is read from the prefix, and allows underscores between digits. */
const magnitude = (text: string, base: number): bigint | undefined => {
  if (base !== 0) return digitsOf(text, base);
  if (text.length > LONGEST) return undefined;
  const found = PREFIXED.find(([pattern]) => pattern.test(text));
  return found && digitsOf(text.slice(found[2]).replaceAll("_", ""), found[1]);
};

export const parseSigned = (text: string, base = 10): bigint | Failure => {
  const negative = text.startsWith("-");
  const digits = magnitude(/^[+-]/.test(text) ? text.slice(1) : text, base);
  if (digits === undefined) return "syntax";
  const value = negative ? -digits : digits;
  return BigInt.asIntN(64, value) === value ? value : "range";
};

export const parseUnsigned = (text: string, base = 10): bigint | Failure => {
  const value = magnitude(text, base);
  if (value === undefined) return "syntax";
  return BigInt.asUintN(64, value) === value ? value : "range";
};

/** Each digit can be read in one way only, so that refusing another text takes time that grows with it. */
const DIGITS = "\\d(?:_?\\d)*";
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`, "i");
/** Longer texts would exceed the stack of a pattern. */
const LONGEST = 100_000;
const HEXADECIMAL = /^[+-]?(0x[0-9a-f_]*(?:\.[0-9a-f_]*)?p[+-]?\d+)$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

const hexadecimal = (text: string): number | Failure => {
  const digits = (HEXADECIMAL.exec(text)?.[1] ?? "").replaceAll("_", "");
  if (digits.length > MOST_DIGITS || /^0x\.?p/i.test(digits)) return "syntax";
  const size = hexFraction(digits) ?? Number.POSITIVE_INFINITY;
  return text.startsWith("-") ? -size : size;
};

export const parseFloating = (text: string): number | Failure => {
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (text.length > LONGEST) return "syntax";
  const value = HEXADECIMAL.test(text) ? hexadecimal(text) : DECIMAL.test(text) ? decimal(text) : "syntax";
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value : "range";
};

const decimal = (text: string): number => Number(text.replaceAll("_", ""));
