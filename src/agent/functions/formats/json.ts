import {
  type GoMap,
  isNil,
  Pointer,
  type Room,
  Scalar,
  Struct,
  TemplateFunction,
  typeName,
  typeOf,
  types,
  unrunnable,
  type Value,
  wellFormed,
} from "../../../go-template/index.ts";
import { stringEnd } from "../../../std/json.ts";
import { marshalled } from "../go/marshalled.ts";
import { assertDepth, Output } from "../go/output.ts";
import { entriesByText, isChannel } from "../go/values.ts";

/** JSON as Go's `encoding/json` reads and writes it. */

export interface JsonStyle {
  /** `<`, `>` and `&` as `\u003c` and so on. */
  readonly html: boolean;
  /** Two blanks a level, and a line for each member. */
  readonly pretty: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const escaped = (char: string): string =>
  SHORT[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;

// A lone surrogate is a byte that is not text. For JSON control characters end before DEL.
const PLAIN = /["\\\u2028\u2029\ud800-\udfff]|(?=\p{Cc})[^\x7f-\x9f]/gu;
const HTML = /["\\\u2028\u2029\ud800-\udfff<>&]|(?=\p{Cc})[^\x7f-\x9f]/gu;

export const jsonString = (text: string, html: boolean): string =>
  `"${text.replace(html ? HTML : PLAIN, (char) => (/[\ud800-\udfff]/u.test(char) ? "\\ufffd" : escaped(char)))}"`;

export const jsonFloat = (value: number): string => {
  if (!Number.isFinite(value)) return unrunnable("json: unsupported value: no finite number");
  return Object.is(value, -0) ? "-0" : String(value);
};

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

const scalarText = (value: Scalar, html: boolean): string => {
  if (typeof value.value === "number") return jsonFloat(value.value);
  if (typeof value.value !== "string") return String(value.value);
  if (value.type !== types.jsonNumber) return jsonString(value.value, html);
  if (value.value === "") return "0";
  return NUMBER.test(value.value) ? value.value : unrunnable("json: invalid number literal");
};

const unsupported = (value: Value): never => unrunnable(`json: unsupported type: ${typeName(value)}`);

const plainText = (value: Value, html: boolean): string | undefined => {
  const own = marshalled(value);
  if (own !== undefined) return jsonString(own, html);
  if (isNil(value)) return "null";
  if (value instanceof Scalar) return scalarText(value, html);
  if (value instanceof Uint8Array) return jsonString(Buffer.from(value).toString("base64"), html);
  if (value instanceof TemplateFunction || isChannel(value)) return unsupported(value);
  if (typeof value === "string") return jsonString(value, html);
  if (typeof value === "number") return jsonFloat(value);
  return typeof value === "object" ? undefined : String(value);
};

type Members = readonly (readonly [string, Value])[];

const mapMembers = (map: GoMap): Members => {
  const key = typeOf(map)?.key;
  if (!key || (key.kind !== "string" && !types.isSigned(key) && !types.isUnsigned(key))) return unsupported(map);
  return entriesByText(map).map(([name, value]) => [String(name), value]);
};

export const writeJson = (value: Value, { html, pretty }: JsonStyle, room: Room): string => {
  const output = new Output(room);
  const line = (depth: number): void => {
    if (pretty) output.put(`\n${"  ".repeat(depth)}`);
  };
  const block = <T>(signs: string, parts: readonly T[], depth: number, one: (part: T) => void): void => {
    output.put(signs.slice(0, 1));
    output.within(() => {
      parts.forEach((part, at) => {
        if (at > 0) output.put(",");
        line(depth + 1);
        one(part);
      });
    });
    if (parts.length > 0) line(depth);
    output.put(signs.slice(1));
  };
  const write = (part: Value, depth: number): void => {
    room.step();
    const text = plainText(part, html);
    if (text !== undefined) {
      output.put(text);
      return;
    }
    if (Array.isArray(part)) {
      block<Value>("[]", part, depth, (item) => write(item, depth + 1));
      return;
    }
    const struct = part instanceof Pointer ? part.to : part;
    const members = struct instanceof Struct ? [...struct.fields] : struct instanceof Map ? mapMembers(struct) : [];
    block("{}", members, depth, ([name, member]) => {
      output.put(`${jsonString(name, html)}:${pretty ? " " : ""}`);
      write(member, depth + 1);
    });
  };
  write(value, 0);
  return output.text;
};

/** Bounds how deep the brackets of a text nest, without those in strings. */
const assertShallow = (text: string): void => {
  const signs = /["[\]{}]/g;
  let depth = 0;
  for (let found = signs.exec(text); found; found = signs.exec(text)) {
    const [sign] = found;
    // Not by a pattern: what it remembers of a long string exceeds the stack.
    if (sign === '"') signs.lastIndex = stringEnd(text, found.index);
    else depth += sign === "[" || sign === "{" ? 1 : -1;
    assertDepth(depth);
  }
};

const valueFrom = (data: unknown): Value => {
  if (typeof data === "string") return wellFormed(data);
  if (typeof data === "number") return Number.isFinite(data) ? data : unrunnable("json: a number is out of range");
  if (typeof data !== "object" || data === null) return data === true || data === false ? data : undefined;
  if (Array.isArray(data)) return data.map(valueFrom);
  return new Map(Object.entries(data).map(([key, value]) => [wellFormed(key), valueFrom(value)]));
};

/** Numbers are `float64`, as Go reads them when it is told nothing. */
export const readJson = (text: string, room: Room): Value => {
  room.step(Math.ceil(text.length / 16));
  assertShallow(text);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The engine's own message quotes the text.
    return unrunnable("it is not valid JSON");
  }
  return valueFrom(data);
};
