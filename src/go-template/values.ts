import type { Room } from "./bounds.ts";
import { unrunnable } from "./errors.ts";

/** The values of a template: nothing that has a prototype a template could reach. */

/** A number with a fraction, or one that was written as such: Go tells `1.0` from `1`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A member of a map that takes arguments. */
export type Method = (args: readonly Value[], room: Room) => Value;
/** `undefined` is Go's `nil`. Numbers are whole. */
export type Value =
  | undefined
  | boolean
  | number
  | Float
  | string
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Method;

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value): value is ReadonlyMap<string, Value> => value instanceof Map;

/** Data as JSON has it. What JSON cannot say is nothing. */
export const dataOf = (data: unknown): Value => {
  switch (typeof data) {
    case "string":
    case "boolean":
      return data;
    case "number":
      return Number.isSafeInteger(data) ? data : new Float(data);
    case "object":
      if (data === null) return undefined;
      if (Array.isArray(data)) return data.map(dataOf);
      return new Map(Object.entries(data).map(([key, value]) => [key, dataOf(value)]));
    default:
      return undefined;
  }
};

/** What a type is called in messages. */
export const typeName = (value: Value): string => {
  if (value === undefined) return "nil";
  if (value instanceof Float) return "float64";
  if (isList(value)) return "list";
  if (isMap(value)) return "map";
  return { number: "int", string: "string", boolean: "bool", function: "method" }[typeof value as string] ?? "value";
};

/** Go's truth: zero and empty are false. */
export const isTrue = (value: Value): boolean => {
  if (value instanceof Float) return value.value !== 0;
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return Boolean(value);
};

/** In Go's order of keys. */
export const sortedEntries = (map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** From a million on Go writes a float with an exponent. */
const MOST_PLAIN = 6;

/** `strconv.FormatFloat(value, 'g', -1, 64)` */
export const floatText = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < MOST_PLAIN) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
};

/** Deepest lists and maps within each other that are printed. */
const DEEPEST = 64;

/** As Go's `%v` prints it. Throws when it is longer than there is room for. */
export const textOf = (
  value: Value,
  room: Room,
  one: (value: Value) => string | undefined = () => undefined,
): string => {
  let length = 0;
  const put = (text: string): string => {
    length += text.length;
    room.text(length);
    return text;
  };
  const write = (part: Value, depth = 0): string => {
    room.step();
    if (depth > DEEPEST) return unrunnable(`a value is nested deeper than ${DEEPEST}`);
    const own = one(part);
    if (own !== undefined) return put(own);
    if (part === undefined) return put("<nil>");
    if (part instanceof Float) return put(floatText(part.value));
    if (isList(part))
      return `${put("[")}${part.map((item, at) => `${at > 0 ? put(" ") : ""}${write(item, depth + 1)}`).join("")}${put("]")}`;
    if (isMap(part)) {
      const pairs = sortedEntries(part).map(
        ([key, item], at) => `${at > 0 ? put(" ") : ""}${put(`${key}:`)}${write(item, depth + 1)}`,
      );
      return `${put("map[")}${pairs.join("")}${put("]")}`;
    }
    if (typeof part === "function") return unrunnable("can't print a method");
    return put(String(part));
  };
  return write(value);
};
