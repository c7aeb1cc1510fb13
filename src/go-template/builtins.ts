import { unrunnable } from "./errors.ts";
import { printf } from "./printf.ts";
import { isTrue, textOf } from "./text.ts";
import * as types from "./types.ts";
import {
  isList,
  isMap,
  type Key,
  type Room,
  Scalar,
  TemplateFunction,
  typeName,
  typeOf,
  type Value,
} from "./values.ts";

/** Go's own functions, but `and` and `or`, which the run itself knows. Source: Go documentation, text/template. */

const plain = (value: Value): string | number | bigint | boolean | undefined => {
  if (value instanceof Scalar) return value.value;
  return typeof value === "object" ? unrunnable(`non-comparable type ${typeName(value)}`) : value;
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
  if (typeof value !== "bigint") return unrunnable(`cannot index with a ${typeName(value)}`);
  return value >= 0n && value <= BigInt(most) ? Number(value) : unrunnable("index out of range");
};

const isKey = (key: Value): key is Key => typeof key !== "object";

const canIndex = (map: Value, key: Value): boolean => {
  const wanted = typeOf(map)?.key ?? types.any;
  return types.isAssignable(typeOf(key) ?? types.any, wanted);
};

const at = (collection: Value, key: Value): Value => {
  if (isMap(collection))
    return isKey(key) && canIndex(collection, key)
      ? collection.get(key)
      : unrunnable(`cannot index a map with a ${typeName(key)}`);
  if (isList(collection)) return collection[whole(key, collection.length - 1)];
  if (typeof collection !== "string") return unrunnable(`cannot index a ${typeName(collection)}`);
  const bytes = Buffer.from(collection);
  return BigInt(bytes[whole(key, bytes.length - 1)] ?? 0);
};

const slice = (value: Value, bounds: readonly Value[]): Value => {
  const source = typeof value === "string" ? Buffer.from(value) : isList(value) ? value : undefined;
  if (!source) return unrunnable(`can't slice a ${typeName(value)}`);
  if (bounds.length > 2 && typeof value === "string") return unrunnable("cannot 3-index slice a string");
  const [from = 0, to = source.length] = bounds.map((bound) => whole(bound, source.length));
  if (from > to) return unrunnable(`invalid slice index: ${from} > ${to}`);
  return Buffer.isBuffer(source) ? source.subarray(from, to).toString() : source.slice(from, to);
};

const lengthOf = (value: Value): bigint => {
  if (typeof value === "string") return BigInt(Buffer.byteLength(value));
  if (isMap(value)) return BigInt(value.size);
  return isList(value) ? BigInt(value.length) : unrunnable(`len of type ${typeName(value)}`);
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

type Run = TemplateFunction["run"];
const several = (count: number) => Array<types.Type>(count).fill(types.reflectValue);
const exactly = (count: number, run: Run): TemplateFunction => new TemplateFunction(several(count), undefined, run);
const atLeast = (count: number, run: Run): TemplateFunction =>
  new TemplateFunction(several(count), types.reflectValue, run);
const two = (run: (a: Value, b: Value) => Value): TemplateFunction => exactly(2, ([a, b]) => run(a, b));

export const BUILTINS: Readonly<Record<string, TemplateFunction>> = {
  not: exactly(1, ([value]) => !isTrue(value)),
  eq: atLeast(2, ([first, ...rest]) => rest.some((other) => equal(first, other))),
  ne: two((a, b) => !equal(a, b)),
  lt: two(before),
  le: two((a, b) => before(a, b) || equal(a, b)),
  gt: two((a, b) => !(before(a, b) || equal(a, b))),
  ge: two((a, b) => !before(a, b)),
  len: exactly(1, ([value]) => lengthOf(value)),
  index: atLeast(1, ([value, ...keys]) => keys.reduce(at, value)),
  slice: atLeast(1, ([value, ...bounds]) => slice(value, bounds)),
  print: atLeast(0, print),
  println: atLeast(0, println),
  printf: new TemplateFunction([types.string], types.any, ([format, ...args], room) =>
    printf(typeof format === "string" ? format : "", args, room),
  ),
  html: atLeast(
    1,
    replacing(/[<>&"'\0]/g, (char) => HTML[char] ?? char),
  ),
  js: atLeast(1, replacing(/[\\'"<>&=\p{Cc}]/gu, unicode)),
  urlquery: atLeast(1, replacing(/[^A-Za-z0-9_.~-]/gu, percent)),
  call: atLeast(1, ([method, ...args], room) =>
    method instanceof TemplateFunction ? method.run(args, room) : unrunnable(`can't call a ${typeName(method)}`),
  ),
};
