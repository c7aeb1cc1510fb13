import type { Room } from "./bounds.ts";
import { unrunnable } from "./errors.ts";
import { printf } from "./printf.ts";
import { Float, isList, isMap, isTrue, textOf, typeName, type Value } from "./values.ts";

/** Go's own functions, but `and` and `or`, which the run itself knows. Source: Go documentation, text/template. */

export interface TemplateFunction {
  readonly least: number;
  /** `Infinity` where it takes any number of values. */
  readonly most: number;
  /** Must ask the room before it builds a text. Throws `TemplateError`. */
  readonly run: (args: readonly Value[], room: Room) => Value;
}

/** The argument of this number as a text. */
export const textAt = (args: readonly Value[], at: number, name: string): string => {
  const value = args[at];
  return typeof value === "string" ? value : unrunnable(`${name} expects a text, not a ${typeName(value)}`);
};

const plain = (value: Value): string | number | boolean | undefined => {
  if (value instanceof Float) return value.value;
  if (isList(value) || isMap(value) || typeof value === "function")
    return unrunnable(`non-comparable type ${typeName(value)}`);
  return value;
};

const sameType = (a: Value, b: Value): void => {
  if (typeName(a) !== typeName(b)) unrunnable(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
};

const equal = (a: Value, b: Value): boolean => {
  if (a === undefined || b === undefined) return a === b;
  const [left, right] = [plain(a), plain(b)];
  sameType(a, b);
  return left === right;
};

const before = (a: Value, b: Value): boolean => {
  const [left, right] = [plain(a), plain(b)];
  if (typeof left === "boolean" || typeof right === "boolean" || left === undefined || right === undefined)
    return unrunnable(`invalid type for comparison: ${typeName(a)} and ${typeName(b)}`);
  sameType(a, b);
  if (typeof left === "string" || typeof right === "string")
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right))) < 0;
  return left < right;
};

const whole = (value: Value, most: number): number => {
  if (typeof value !== "number") return unrunnable(`cannot index with a ${typeName(value)}`);
  return value >= 0 && value <= most ? value : unrunnable(`index out of range: ${value}`);
};

const at = (collection: Value, key: Value): Value => {
  if (isMap(collection))
    return typeof key === "string" ? collection.get(key) : unrunnable(`cannot index a map with a ${typeName(key)}`);
  if (isList(collection)) return collection[whole(key, collection.length - 1)];
  if (typeof collection !== "string") return unrunnable(`cannot index a ${typeName(collection)}`);
  const bytes = Buffer.from(collection);
  return bytes[whole(key, bytes.length - 1)];
};

const slice = (value: Value, bounds: readonly Value[]): Value => {
  const source = typeof value === "string" ? Buffer.from(value) : isList(value) ? value : undefined;
  if (!source) return unrunnable(`can't slice a ${typeName(value)}`);
  if (bounds.length > 2 && typeof value === "string") return unrunnable("cannot 3-index slice a string");
  const [from = 0, to = source.length] = bounds.map((bound) => whole(bound, source.length));
  if (from > to) return unrunnable(`invalid slice index: ${from} > ${to}`);
  return Buffer.isBuffer(source) ? source.subarray(from, to).toString() : source.slice(from, to);
};

const lengthOf = (value: Value): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  return isList(value) ? value.length : isMap(value) ? value.size : unrunnable(`len of type ${typeName(value)}`);
};

/** Go puts a blank between two values when neither is a string. */
const print = (args: readonly Value[], room: Room): string => {
  let text = "";
  for (const [index, value] of args.entries()) {
    const gap = index > 0 && typeof value !== "string" && typeof args[index - 1] !== "string" ? " " : "";
    const part = `${gap}${textOf(value, room)}`;
    room.text(text.length + part.length);
    text += part;
  }
  return text;
};

const println = (args: readonly Value[], room: Room): string => {
  const parts = args.map((value) => textOf(value, room));
  room.text(parts.reduce((sum, part) => sum + part.length + 1, 1));
  return `${parts.join(" ")}\n`;
};

/** Replaces characters by longer texts, which are counted first. */
const replacing =
  (pattern: RegExp, replacement: (char: string) => string) =>
  (args: readonly Value[], room: Room): string => {
    const text = print(args, room);
    let longer = text.length;
    for (const [char] of text.matchAll(pattern)) longer += replacement(char).length - char.length;
    room.text(longer);
    return text.replace(pattern, replacement);
  };

const HTML: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&#34;",
  "'": "&#39;",
  "\0": "\ufffd",
};

const percent = (char: string): string =>
  char === " "
    ? "+"
    : [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};
const unicode = (char: string): string =>
  JS[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const any = Number.POSITIVE_INFINITY;
const two = (run: (a: Value, b: Value) => Value): TemplateFunction => ({
  least: 2,
  most: 2,
  run: ([a, b]) => run(a, b),
});

export const BUILTINS: Readonly<Record<string, TemplateFunction>> = {
  not: { least: 1, most: 1, run: ([value]) => !isTrue(value) },
  eq: { least: 2, most: any, run: ([first, ...rest]) => rest.some((other) => equal(first, other)) },
  ne: two((a, b) => !equal(a, b)),
  lt: two(before),
  le: two((a, b) => before(a, b) || equal(a, b)),
  gt: two((a, b) => !(before(a, b) || equal(a, b))),
  ge: two((a, b) => !before(a, b)),
  len: { least: 1, most: 1, run: ([value]) => lengthOf(value) },
  index: { least: 1, most: any, run: ([value, ...keys]) => keys.reduce(at, value) },
  slice: { least: 1, most: 4, run: ([value, ...bounds]) => slice(value, bounds) },
  print: { least: 0, most: any, run: print },
  println: { least: 0, most: any, run: println },
  printf: { least: 1, most: any, run: (args, room) => printf(textAt(args, 0, "printf"), args.slice(1), room) },
  html: { least: 1, most: any, run: replacing(/[<>&"'\0]/g, (char) => HTML[char] ?? char) },
  js: { least: 1, most: any, run: replacing(/[\\'"<>&=\p{Cc}]/gu, unicode) },
  urlquery: { least: 1, most: any, run: replacing(/[^A-Za-z0-9_.~-]/gu, percent) },
  call: {
    least: 1,
    most: any,
    run: ([method, ...args], room) =>
      typeof method === "function" ? method(args, room) : unrunnable(`can't call a ${typeName(method)}`),
  },
};
