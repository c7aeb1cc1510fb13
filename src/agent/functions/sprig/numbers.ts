import {
  ANY,
  FLOAT,
  func0,
  func1,
  func2,
  func3,
  INT,
  int64,
  type Room,
  STRING,
  type TemplateFunction,
  textOf,
  typed,
  types,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { parseSigned } from "../go/strconv.ts";
import { toFloat, toInt64 } from "./casts.ts";
import { type Decimal, decimal, divided, floatOf, minus, plus, times } from "./decimals.ts";

/** sprig's numbers. Whole ones are `int64`; those that end in `f` are floats, calculated in decimals. */

const INTS = types.listOf(types.int);

const folded = (unit: bigint, how: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  variadic([], ANY, (_, values) => int64(values.map(toInt64).reduce(how, unit)));

const byZero = (): never => unrunnable("integer divide by zero");

const calculated = (a: Value, rest: readonly Value[], how: (a: Decimal, b: Decimal) => Decimal): number =>
  floatOf(rest.reduce<Decimal>((made, value) => how(made, decimal(toFloat(value))), decimal(toFloat(a))));

const decimals = (how: (a: Decimal, b: Decimal) => Decimal): TemplateFunction =>
  variadic([ANY], ANY, ([first], rest) => calculated(first, rest, how));

const chosen = (isBetter: (a: bigint, b: bigint) => boolean): TemplateFunction =>
  variadic([ANY], ANY, ([first], rest) =>
    int64(rest.map(toInt64).reduce((best, value) => (isBetter(value, best) ? value : best), toInt64(first))),
  );

/** Every number from `start` towards `stop`, without it. */
const steps = (start: bigint, stop: bigint, step: bigint, room: Room): readonly bigint[] => {
  const upwards = stop >= start;
  if (upwards ? step <= 0n : step >= 0n) return [];
  const size = step < 0n ? -step : step;
  const distance = upwards ? stop - start : start - stop;
  const count = Number((distance + size - 1n) / size);
  room.step(count);
  return Array.from({ length: count }, (_, at) => start + step * BigInt(at));
};

const towards = (start: bigint, end: bigint): bigint => (end < start ? -1n : 1n);

const seq = (params: readonly bigint[], room: Room): string => {
  const [a = 0n, b = 0n, c = 0n] = params;
  const numbers = (start: bigint, end: bigint, step: bigint): string =>
    steps(start, end + towards(start, end), step, room).join(" ");
  if (params.length === 1) return numbers(1n, a, towards(1n, a));
  if (params.length === 2) return numbers(a, b, towards(a, b));
  if (params.length !== 3 || (c < a && b > 0n)) return "";
  return numbers(a, c, b);
};

const round = (value: number, places: bigint, from = 0.5): number => {
  const power = 10 ** Number(places);
  const digit = power * value;
  return (digit - Math.trunc(digit) >= from ? Math.ceil(digit) : Math.floor(digit)) / power;
};

const octal = (value: Value, room: Room): bigint => {
  const found = parseSigned(textOf(value, room), 8);
  return typeof found === "bigint" ? found : 0n;
};

const atoi = (text: string): bigint => {
  const found = parseSigned(text);
  return typeof found === "bigint" ? found : 0n;
};

const largest = (values: readonly Value[], how: (...numbers: number[]) => number): number =>
  how(...values.map(toFloat));

export const NUMBERS: Readonly<Record<string, TemplateFunction>> = {
  atoi: func1(STRING, atoi),
  int64: func1(ANY, (value) => int64(toInt64(value))),
  int: func1(ANY, toInt64),
  float64: func1(ANY, toFloat),
  seq: variadic([], INT, (_, params, room) => seq(params, room)),
  toDecimal: func1(ANY, (value, room) => int64(octal(value, room))),
  until: func1(INT, (count, room) => typed(steps(0n, count, count < 0n ? -1n : 1n, room), INTS)),
  untilStep: func3(INT, INT, INT, (start, stop, step, room) => typed(steps(start, stop, step, room), INTS)),
  add1: func1(ANY, (value) => int64(toInt64(value) + 1n)),
  add: folded(0n, (a, b) => a + b),
  sub: func2(ANY, ANY, (a, b) => int64(toInt64(a) - toInt64(b))),
  div: func2(ANY, ANY, (a, b) => int64(toInt64(b) === 0n ? byZero() : toInt64(a) / toInt64(b))),
  mod: func2(ANY, ANY, (a, b) => int64(toInt64(b) === 0n ? byZero() : toInt64(a) % toInt64(b))),
  mul: variadic([ANY], ANY, ([first], rest) =>
    int64([first, ...rest].map(toInt64).reduce((a, b) => BigInt.asIntN(64, a * b))),
  ),
  add1f: func1(ANY, (value) => calculated(value, [1], plus)),
  addf: variadic([], ANY, (_, values) => calculated(0, values, plus)),
  subf: decimals(minus),
  mulf: decimals(times),
  divf: decimals(divided),
  max: chosen((a, b) => a > b),
  biggest: chosen((a, b) => a > b),
  min: chosen((a, b) => a < b),
  maxf: variadic([ANY], ANY, ([first], rest) => largest([first, ...rest], Math.max)),
  minf: variadic([ANY], ANY, ([first], rest) => largest([first, ...rest], Math.min)),
  ceil: func1(ANY, (value) => Math.ceil(toFloat(value))),
  floor: func1(ANY, (value) => Math.floor(toFloat(value))),
  round: variadic([ANY, INT], FLOAT, ([value, places], [from]) =>
    round(toFloat(value), typeof places === "bigint" ? places : 0n, from),
  ),
  hello: func0(() => "Hello!"),
};
