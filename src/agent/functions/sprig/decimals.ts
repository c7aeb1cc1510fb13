import { unrunnable } from "../../../go-template/index.ts";

/** Decimal numbers without losses, as `github.com/shopspring/decimal` has them: digits times a power of ten. */

export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Places behind the point of a quotient. */
const PRECISION = 16;

/** The shortest decimal that is this float. */
export const decimal = (value: number): Decimal => {
  if (!Number.isFinite(value)) return unrunnable("a number that is not finite has no decimal");
  const [mantissa = "0", power = "0"] = value.toExponential().split("e");
  const fraction = mantissa.split(".")[1] ?? "";
  return { digits: BigInt(mantissa.replace(".", "")), exponent: Number(power) - fraction.length };
};

const scaled = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);

const aligned = (a: Decimal, b: Decimal): readonly [bigint, bigint, number] => {
  const exponent = Math.min(a.exponent, b.exponent);
  return [scaled(a, exponent), scaled(b, exponent), exponent];
};

export const plus = (a: Decimal, b: Decimal): Decimal => {
  const [x, y, exponent] = aligned(a, b);
  return { digits: x + y, exponent };
};

export const minus = (a: Decimal, b: Decimal): Decimal => plus(a, { ...b, digits: -b.digits });

export const times = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  exponent: a.exponent + b.exponent,
});

const size = (value: bigint): bigint => (value < 0n ? -value : value);

/** Rounded to the nearest; halves away from zero. */
export const divided = (a: Decimal, b: Decimal): Decimal => {
  if (b.digits === 0n) return unrunnable("decimal division by 0");
  const [x, y] = aligned(a, b);
  const up = size(x) * 10n ** BigInt(PRECISION);
  const quotient = (up * 2n + size(y)) / (size(y) * 2n);
  return { digits: x < 0n === y < 0n ? quotient : -quotient, exponent: -PRECISION };
};

export const floatOf = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);
