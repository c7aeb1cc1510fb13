import {
  formatFloat,
  isNil,
  Pointer,
  type Room,
  Scalar,
  Struct,
  typeName,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { marshalled } from "../go/marshalled.ts";
import { Output } from "../go/output.ts";
import { parseFloating, parseSigned } from "../go/strconv.ts";
import { GoTime } from "../go/time/go-time.ts";
import { entriesByText, isChannel, itemsOf } from "../go/values.ts";

/** TOML as `github.com/BurntSushi/toml` writes it: plain values first, tables after them, keys in order. */

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};
const quoted = (text: string): string =>
  `"${text.replace(/["\\]|(?=\p{Cc})[^\x80-\x9f]/gu, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key));

const floatText = (value: number): string => {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "+inf" : "-inf";
  const text = formatFloat(value, "f", -1);
  return text.includes(".") ? text : `${text}.0`;
};

const jsonNumber = (text: string): string => {
  if (text === "") return "0";
  const whole = parseSigned(text);
  if (typeof whole === "bigint") return String(whole);
  const float = parseFloating(text);
  return typeof float === "number" ? floatText(float) : unrunnable("toml: a number cannot be read");
};

const scalarText = (value: Scalar): string => {
  if (value.type.name === types.duration.name) return quoted(value.text ?? "");
  if (typeof value.value === "number") return floatText(value.value);
  if (typeof value.value !== "string") return String(value.value);
  return value.type === types.jsonNumber ? jsonNumber(value.value) : quoted(value.value);
};

/** `undefined`: a list or a table. */
const plainText = (value: Value): string | undefined => {
  if (value instanceof GoTime) return marshalled(value);
  const own = marshalled(value);
  if (own !== undefined) return quoted(own);
  if (value instanceof Scalar) return scalarText(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return floatText(value);
  return typeof value === "boolean" || typeof value === "bigint" ? String(value) : undefined;
};

type Members = readonly (readonly [string, Value])[];

const membersOf = (value: Value): Members | undefined => {
  if (value instanceof GoTime || marshalled(value) !== undefined) return undefined;
  if (value instanceof Pointer) return value.to && membersOf(value.to);
  if (value instanceof Struct) return [...value.fields];
  if (!(value instanceof Map)) return undefined;
  if ([...value.keys()].some((key) => typeof key !== "string") || typeName(value).startsWith("map[interface"))
    return unrunnable("toml: cannot encode a map with non-string key type");
  return entriesByText(value).map(([key, member]) => [String(key), member]);
};

const isTables = (items: readonly Value[]): boolean => {
  const kinds = items.map((item) => {
    if (isNil(item)) return unrunnable("toml: cannot encode array with nil element");
    const inner = itemsOf(item);
    if (inner) isTables(inner);
    return membersOf(item) !== undefined;
  });
  return kinds.length > 0 && kinds.every(Boolean);
};

const isTable = (value: Value): boolean => {
  if (isNil(value)) return false;
  const items = itemsOf(value);
  return items ? isTables(items) : membersOf(value) !== undefined;
};

const unsupported = (value: Value): never => unrunnable(`toml: unsupported type: ${typeName(value)}`);

export const writeToml = (root: Value, room: Room): string => {
  const output = new Output(room);
  const newLine = (): void => {
    if (!output.isEmpty) output.put("\n");
  };
  const indent = (path: readonly string[]): string => "  ".repeat(path.length - 1);
  const last = (path: readonly string[]): string => keyText(path.at(-1) ?? "");

  const inOrder = (members: Members): Members => {
    const kept = members.map((member) => [member, isTable(member[1])] as const);
    const shown = (wanted: boolean): Members =>
      kept.filter(([[, value], table]) => table === wanted && !isNil(value)).map(([member]) => member);
    return [...shown(false), ...shown(true)];
  };

  const element = (value: Value): void => {
    room.step();
    const text = plainText(value);
    if (text !== undefined) {
      output.put(text);
      return;
    }
    const items = isChannel(value) ? unsupported(value) : itemsOf(value);
    if (items) {
      series("[]", items, element);
      return;
    }
    const members = membersOf(value) ?? unsupported(value);
    series("{}", inOrder(members), ([key, member]) => {
      output.put(`${keyText(key)} = `);
      element(member);
    });
  };
  const series = <T>(signs: string, parts: readonly T[], one: (part: T) => void): void => {
    output.put(signs.slice(0, 1));
    output.within(() => {
      parts.forEach((part, at) => {
        if (at > 0) output.put(", ");
        one(part);
      });
    });
    output.put(signs.slice(1));
  };

  const pair = (path: readonly string[], value: Value): void => {
    if (path.length === 0) {
      element(value);
      return;
    }
    output.put(`${indent(path)}${last(path)} = `);
    element(value);
    newLine();
  };

  const body = (path: readonly string[], members: Members): void => {
    output.within(() => {
      for (const [key, value] of inOrder(members)) encode([...path, key], value);
    });
  };

  const tables = (path: readonly string[], items: readonly Value[]): void => {
    if (path.length === 0) unrunnable("toml: top-level values must be Go maps or structs");
    for (const item of items) {
      newLine();
      output.put(`${indent(path)}[[${path.map(keyText).join(".")}]]`);
      newLine();
      body(path, membersOf(item) ?? []);
    }
  };

  const encode = (path: readonly string[], value: Value): void => {
    const items = itemsOf(value);
    if (items && isTables(items)) {
      tables(path, items);
      return;
    }
    const members = items ? undefined : membersOf(value);
    if (!members) {
      pair(path, value);
      return;
    }
    if (path.length === 1) newLine();
    if (path.length > 0) {
      output.put(`${indent(path)}[${path.map(keyText).join(".")}]`);
      newLine();
    }
    body(path, members);
  };

  if (root === undefined) unrunnable("toml: nothing to write");
  encode([], root);
  return output.text;
};
