import type { NumberNode } from "./nodes.ts";
import { characterCode, quoted } from "./quote.ts";

/** Numbers as templates write them. Source: Go documentation, package strconv, `ParseInt` with base 0 and `ParseFloat`. */

const INT_LIMIT = 1n << 63n;
const UINT_LIMIT = 1n << 64n;
/** No number is longer, and none that is takes time to refuse. */
const LONGEST = 400;

const WHOLE = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const FRACTION = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX_FRACTION = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;

const withoutUnderscores = (digits: string): string | undefined => {
  if (!digits.includes("_")) return digits;
  const isHex = /^0[xX]/.test(digits);
  const body = digits.replace(/^0[xXbBoO]/, "0");
  const between = isHex ? /(?<![0-9a-fA-F])_|_(?![0-9a-fA-F])/ : /(?<![0-9])_|_(?![0-9])/;
  return between.test(body) ? undefined : digits.replaceAll("_", "");
};

const magnitude = (digits: string): bigint | undefined => {
  if (!WHOLE.test(digits)) return undefined;
  return BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
};

/** `0x1.8p3`, without a sign, exactly; `undefined`: not such a number, or too large. */
export const hexFraction = (digits: string): number | undefined => {
  const [, whole = "", fraction = "", exponent = ""] = HEX_FRACTION.exec(digits) ?? [];
  if (whole + fraction === "") return undefined;
  // The digits are one whole number, scaled by a power of two.
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const power = Number(exponent) - fraction.length * 4;
  if (Math.abs(power) > 2000) return mantissa === 0n || power < 0 ? 0 : undefined;
  // One rounding only: what is below a double's 53 bits is kept as a sticky bit.
  const excess = Math.max(0, mantissa.toString(2).length - 60);
  const sticky = mantissa & ((1n << BigInt(excess)) - 1n) ? 1n : 0n;
  const top = Number(((mantissa >> BigInt(excess)) << 1n) | sticky);
  const half = Math.trunc((power + excess - 1) / 2);
  return top * 2 ** half * 2 ** (power + excess - 1 - half);
};

const fractionOf = (digits: string): number | undefined => {
  const value = FRACTION.test(digits) ? Number(digits) : hexFraction(digits);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
};

/** A float that is whole is an integer as well. */
const wholeOf = (value: number, least: bigint, limit: bigint): bigint | undefined => {
  if (!Number.isInteger(value)) return undefined;
  const whole = BigInt(value);
  return whole >= least && whole < limit ? whole : undefined;
};

const signed = (size: bigint | undefined, isNegative: boolean): bigint | undefined => {
  if (size === undefined || size > INT_LIMIT || (size === INT_LIMIT && !isNegative)) return undefined;
  return isNegative ? -size : size;
};

type Numbers = Pick<NumberNode, "int" | "uint" | "float">;

const charNumbers = (text: string): Numbers | string => {
  const code = characterCode(text);
  if (code === "syntax") return "invalid syntax";
  if (code === "more") return `malformed character constant: ${text}`;
  return { int: BigInt(code), uint: BigInt(code), float: code };
};

const wholeNumbers = (int: bigint | undefined, uint: bigint | undefined): Numbers | undefined => {
  const whole = int ?? uint;
  return whole === undefined ? undefined : { int, uint: int === 0n ? 0n : uint, float: Number(whole) };
};

/** The number that a token writes, as all that it can be; a text is why there is none. */
export const readNumber = (text: string, isCharacter: boolean): Numbers | string => {
  if (isCharacter) return charNumbers(text);
  if (text.endsWith("i")) return `complex numbers are not supported: ${quoted(text)}`;
  const illegal = `illegal number syntax: ${quoted(text)}`;
  if (text.length > LONGEST) return illegal;
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const digits = withoutUnderscores(text.slice(sign.length));
  if (digits === undefined) return illegal;
  const size = magnitude(digits);
  const uint = sign === "" && size !== undefined && size < UINT_LIMIT ? size : undefined;
  const whole = wholeNumbers(signed(size, sign === "-"), uint);
  if (whole) return whole;
  const value = fractionOf(digits);
  if (value === undefined) return illegal;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quoted(text)}`;
  const float = sign === "-" ? -value : value;
  return { float, int: wholeOf(float, -INT_LIMIT, INT_LIMIT), uint: wholeOf(float, 0n, UINT_LIMIT) };
};

const isHex = (text: string): boolean => /^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text);

/** Whether a number is a float where nothing asks for another type. */
const looksLikeFloat = (text: string): boolean => !isHex(text) && !text.startsWith("'") && /[.eEpP]/.test(text);

/** What a number is where nothing asks for a type; `undefined`: too large for an `int`. */
export const plainNumber = (text: string, { int, float }: Numbers): bigint | number | undefined =>
  float !== undefined && looksLikeFloat(text) ? float : int;
