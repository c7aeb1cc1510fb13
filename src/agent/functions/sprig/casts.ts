import { type Param, Scalar, typeOf, types, type Value } from "../../../go-template/index.ts";
import { parseFloating, parseSigned } from "../go/strconv.ts";
import { bareOf } from "../go/values.ts";

/** Numbers from any value, as `github.com/spf13/cast` makes them: what is none is 0. */

const NAMED = new Set(["time.Month", "time.Weekday"]);

/** A number of Go's own types, not one with a name such as a duration. */
const numberOf = (value: Value): bigint | number | undefined => {
  const bare = bareOf(value);
  if (typeof bare !== "bigint" && typeof bare !== "number") return undefined;
  const type = typeOf(value);
  return type && (type.name === type.kind || NAMED.has(type.name)) ? bare : undefined;
};

/** Texts of Go's own type, and numbers of JSON. */
const textOf = (value: Value): string | undefined => {
  if (value instanceof Scalar) return value.type === types.jsonNumber ? String(value.value) : undefined;
  return typeof value === "string" ? value : undefined;
};

/** Go's conversion: towards zero; what does not fit becomes the smallest number, as on most machines. */
const fromFloat = (value: number): bigint => {
  const least = -(2n ** 63n);
  if (!Number.isFinite(value)) return least;
  const whole = BigInt(Math.trunc(value));
  return BigInt.asIntN(64, whole) === whole ? whole : least;
};

export const toInt64 = (value: Value): bigint => {
  const number = numberOf(value);
  if (typeof number === "bigint") return BigInt.asIntN(64, number);
  if (typeof number === "number") return fromFloat(number);
  if (typeof value === "boolean") return value ? 1n : 0n;
  const found = parseSigned((textOf(value) ?? "").replace(/\.0+$/, ""), 0);
  return typeof found === "bigint" ? found : 0n;
};

export const toFloat = (value: Value): number => {
  const number = numberOf(value);
  if (number !== undefined) return Number(number);
  if (typeof value === "boolean") return value ? 1 : 0;
  const found = parseFloating(textOf(value) ?? "");
  return typeof found === "number" ? found : 0;
};

/** A map, or nil, which is an empty one. */
export const MAYBE_MAP: Param<ReadonlyMap<undefined | boolean | bigint | number | string, Value>> = {
  type: types.map,
  as: (value) => (value instanceof Map ? value : new Map()),
};
