import {
  ANY,
  floatText,
  isNil,
  Pointer,
  quoted,
  type Room,
  Scalar,
  STRING,
  Struct,
  sprintf,
  type TemplateFunction,
  typeName,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { Output } from "../go/output.ts";
import { byteLength } from "../go/text.ts";
import { entriesByText, itemsOf } from "../go/values.ts";

/**
 * `spew_*`: values with their types, for those who write templates. `spew_dump` and `spew_printf` would print into the
 * agent's own output, where secrets have no place: they print nothing.
 */

const bare = (value: Exclude<Value, object>): string => (typeof value === "number" ? floatText(value) : String(value));

const lengthText = (value: Value): string => {
  if (typeof value === "string") return value === "" ? "" : ` (len=${byteLength(value)})`;
  if (value instanceof Map) return value.size === 0 ? "" : ` (len=${value.size})`;
  const count = itemsOf(value)?.length ?? 0;
  return count === 0 ? "" : ` (len=${count} cap=${count})`;
};

/** `undefined`: it has members. */
const shortText = (value: Value): string | undefined => {
  if (isNil(value)) return "<nil>";
  if (value instanceof Pointer) return "(pointer)";
  if (value instanceof Scalar) return value.text ?? String(value.value);
  if (typeof value === "string") return quoted(value);
  return typeof value === "object" ? undefined : bare(value);
};

type Members = readonly (readonly [string | undefined, Value])[];

const membersOf = (value: Value): Members => {
  if (value instanceof Map) return entriesByText(value).map(([key, item]) => [String(key), item]);
  if (value instanceof Struct) return [...value.fields];
  return (itemsOf(value) ?? []).map((item) => [undefined, item]);
};

const dumpInto = (output: Output, value: Value, indent: string): void => {
  const short = shortText(value);
  output.put(`(${value === undefined ? "interface {}" : typeName(value)})${lengthText(value)} ${short ?? "{\n"}`);
  if (short !== undefined) return;
  const members = membersOf(value);
  output.within(() => {
    for (const [at, [key, item]] of members.entries()) {
      output.put(`${indent} `);
      if (key !== undefined && value instanceof Map) dumpInto(output, key, "");
      else if (key !== undefined) output.put(key);
      if (key !== undefined) output.put(": ");
      dumpInto(output, item, `${indent} `);
      output.put(at < members.length - 1 ? ",\n" : "\n");
    }
  });
  output.put(`${indent}}`);
};

const sdump = (values: readonly Value[], room: Room): string => {
  const output = new Output(room);
  for (const value of values) {
    dumpInto(output, value, "");
    output.put("\n");
  }
  return output.text;
};

/** `%#v`: each value behind its type. */
const typedInto = (output: Output, value: Value): void => {
  output.put(`(${value === undefined ? "interface {}" : typeName(value)})`);
  const short = typeof value === "string" ? value : shortText(value);
  if (short !== undefined) {
    output.put(short);
    return;
  }
  output.put(value instanceof Map ? "map[" : "[");
  output.within(() => {
    for (const [at, [key, item]] of membersOf(value).entries()) {
      if (at > 0) output.put(" ");
      if (key !== undefined) typedInto(output, key);
      if (key !== undefined) output.put(":");
      typedInto(output, item);
    }
  });
  output.put("]");
};

const spewText = (format: string, values: readonly Value[], room: Room): string => {
  const shown = [...values];
  let at = -1;
  const plain = format.replace(/%(%|[-+# 0-9.]*[a-zA-Z])/g, (verb, rest: string) => {
    if (rest === "%") return verb;
    at += 1;
    if (!rest.endsWith("v")) return verb;
    if (!rest.includes("#")) return verb.replace("+", "");
    const output = new Output(room);
    typedInto(output, values[at]);
    shown[at] = output.text;
    return "%s";
  });
  return sprintf(plain, shown, room);
};

export const SPEW: Readonly<Record<string, TemplateFunction>> = {
  spew_dump: variadic([], ANY, () => ""),
  spew_printf: variadic([STRING], ANY, () => ""),
  spew_sdump: variadic([], ANY, (_, values, room) => sdump(values, room)),
  spew_sprintf: variadic([STRING], ANY, ([format = ""], values, room) => spewText(format, values, room)),
};
