import { unrunnable } from "./errors.ts";
import { type GoMap, isList, isMap, type Key, type Room, Scalar, type Value } from "./values.ts";

/** Values as text, and as conditions. */

/** Go's truth: zero and empty are false. */
export const isTrue = (value: Value): boolean => {
  if (value instanceof Scalar) return Boolean(value.value);
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return Boolean(value);
};

/** In Go's order of keys. */
export const sortedEntries = (map: GoMap): readonly (readonly [Key, Value])[] =>
  [...map].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

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
  const plain = (part: Exclude<Value, readonly Value[] | GoMap>): string => {
    if (part === undefined) return "<nil>";
    if (typeof part === "number") return floatText(part);
    if (part instanceof Scalar) return part.text ?? String(part.value);
    return typeof part === "object" ? unrunnable("can't print it") : String(part);
  };
  const write = (part: Value, depth = 0): string => {
    room.step();
    if (depth > DEEPEST) return unrunnable(`a value is nested deeper than ${DEEPEST}`);
    const own = one(part);
    if (own !== undefined) return put(own);
    if (isList(part))
      return `${put("[")}${part.map((item, at) => `${at > 0 ? put(" ") : ""}${write(item, depth + 1)}`).join("")}${put("]")}`;
    if (!isMap(part)) return put(plain(part));
    const pairs = sortedEntries(part).map(
      ([key, item], at) => `${at > 0 ? put(" ") : ""}${put(`${key}:`)}${write(item, depth + 1)}`,
    );
    return `${put("map[")}${pairs.join("")}${put("]")}`;
  };
  return write(value);
};
