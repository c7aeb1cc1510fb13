import { JsonNumber } from "../std/json.ts";
import { wellFormed } from "./bytes.ts";
import * as types from "./types.ts";

/**
 * The values of a template, as Go has them; nothing that has a prototype a template could reach.
 *
 * | Go | here |
 * |---|---|
 * | `nil` | `undefined` |
 * | `bool`, `string` | `boolean`, `string` (with bytes that are not UTF-8 as `bytes.ts` has them) |
 * | `int` | `bigint` |
 * | `float64` | `number` |
 * | other numbers, and types with a name such as `json.Number`, `time.Duration` | `Scalar` |
 * | `[]byte` | `Uint8Array` |
 * | `[]interface {}` and other lists | an array; one of another type is made by `typed` |
 * | `map[string]interface {}` and other maps | a `Map`; one of another type is made by `typed` |
 * | a struct; a pointer to one | `Struct`; `Pointer` |
 * | a function | `TemplateFunction` |
 */
export type Value =
  | undefined
  | boolean
  | bigint
  | number
  | string
  | Scalar
  | Uint8Array
  | readonly Value[]
  | GoMap
  | Struct
  | Pointer
  | TemplateFunction;

export type Key = undefined | boolean | bigint | number | string;
export type GoMap = ReadonlyMap<Key, Value>;
export type Methods = Readonly<Record<string, TemplateFunction>>;

/** What is left for one run. */
export interface Room {
  /** Throws unless a text of this many characters may be built. */
  readonly text: (characters: number) => void;
  /** Throws when the template has done too much. */
  readonly step: (count?: number) => void;
  /** Runs a template that the text defines, within the bounds of this run, and answers what it makes. */
  readonly execute: (name: string, data: Value) => string;
}

/** Must ask the room before it builds a text. Throws by `unrunnable`, with a text that shows no value. */
type Run = (args: readonly Value[], room: Room) => Value;

export class TemplateFunction {
  readonly params: readonly types.Type[];
  /** The type of any number of further arguments. */
  readonly rest: types.Type | undefined;
  readonly run: Run;
  constructor(params: readonly types.Type[], rest: types.Type | undefined, run: Run) {
    this.params = params;
    this.rest = rest;
    this.run = run;
  }
}

/** A value whose type is another than its JavaScript value has by itself. */
export class Scalar {
  readonly type: types.Type;
  readonly value: boolean | bigint | number | string;
  /** What its `String` method answers, which is how it prints. */
  readonly text: string | undefined;
  private readonly made: Methods | (() => Methods);
  constructor(type: types.Type, value: Scalar["value"], text?: string, methods: Methods | (() => Methods) = {}) {
    this.type = type;
    this.value = value;
    this.text = text;
    this.made = methods;
  }

  get methods(): Methods {
    return typeof this.made === "function" ? this.made() : this.made;
  }
}

/** Fields that are not given hold the zero of their type. */
export class Struct {
  readonly type: types.Type;
  readonly fields: ReadonlyMap<string, Value>;
  readonly methods: Methods;
  readonly text: string | undefined;
  constructor(type: types.Type, fields: Readonly<Record<string, Value>> = {}, methods: Methods = {}, text?: string) {
    this.type = type;
    this.fields = new Map(
      [...(type.fields ?? [])].map(([name, field]) => [
        name,
        Object.hasOwn(fields, name) ? (fields[name] ?? zeroOf(field)) : zeroOf(field),
      ]),
    );
    this.methods = methods;
    this.text = text;
  }
}

/** A pointer to a struct; `to` is absent in a nil pointer. */
export class Pointer {
  readonly type: types.Type;
  readonly to: Struct | undefined;
  constructor(type: types.Type, to?: Struct) {
    this.type = type;
    this.to = to;
  }
}

export const pointerTo = (to: Struct): Pointer => new Pointer(types.pointerTo(to.type), to);

/** Types of lists and maps that are not `[]interface {}` and `map[string]interface {}`; and which of them are nil. */
const noted = new WeakMap<object, { readonly type: types.Type; readonly nil: boolean }>();

/** The same list or map, as one of this type: `typed(["a"], types.strings)`. */
export const typed = <T extends readonly Value[] | GoMap>(value: T, type: types.Type): T => {
  noted.set(value, { type, nil: false });
  return value;
};

/** A list or map that is nil: it prints as an empty one, and `eq` to `nil` is true. */
const nilOf = (type: types.Type): Value => {
  const value = type.kind === "map" ? new Map<Key, Value>() : [];
  noted.set(value, { type, nil: true });
  return value;
};

export const isNilList = (value: object): boolean => noted.get(value)?.nil === true;

/** Nil, or a pointer, list or map that is. */
export const isNil = (value: Value): boolean =>
  value === undefined || (value instanceof Pointer ? !value.to : typeof value === "object" && isNilList(value));

/** What a value with a type of its own is made of. */
export const bare = (value: Value): Exclude<Value, Scalar> => (value instanceof Scalar ? value.value : value);

/** The zero of a type. */
export const zeroOf = (type: types.Type): Value => {
  if (type === types.reflectValue) return undefined;
  switch (type.kind) {
    case "interface":
    case "func":
      return undefined;
    case "ptr":
      return new Pointer(type);
    case "slice":
    case "map":
      return nilOf(type);
    case "struct":
      return new Struct(type);
    case "bool":
      return scalar(type, false);
    case "string":
      return scalar(type, "");
    case "float64":
      return scalar(type, 0);
    default:
      return scalar(type, 0n);
  }
};

const OWN: readonly types.Type[] = [types.bool, types.string, types.int, types.float64];

/** A value of this type; a plain one where the type is that of a plain value. */
const scalar = (type: types.Type, value: Scalar["value"]): Value =>
  OWN.includes(type) ? value : new Scalar(type, value);

/** A whole number of this type; one that is too large is cut off as Go does. */
export const wholeOf = (type: types.Type, value: bigint): Value => {
  const bits = Number(/\d+$/.exec(type.kind)?.[0] ?? 64);
  return scalar(type, types.isUnsigned(type) ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
};

export const int64 = (value: bigint): Scalar => new Scalar(types.int64, BigInt.asIntN(64, value));
export const uint64 = (value: bigint): Scalar => new Scalar(types.uint64, BigInt.asUintN(64, value));
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value): value is GoMap => value instanceof Map;

/** The type of a value; `undefined` for nil. */
export const typeOf = (value: Value): types.Type | undefined => {
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "boolean":
      return types.bool;
    case "bigint":
      return types.int;
    case "number":
      return types.float64;
    case "string":
      return types.string;
    default:
      return typeOfObject(value);
  }
};

/** Without its result, of which nothing is known. */
const functionName = ({ params, rest }: TemplateFunction): string =>
  `func(${[...params, ...(rest ? [{ name: `...${rest.name}` }] : [])].map(({ name }) => name).join(", ")})`;

const typeOfObject = (value: Exclude<Value, undefined | boolean | bigint | number | string>): types.Type => {
  if (value instanceof Uint8Array) return types.bytes;
  if (value instanceof TemplateFunction) return { name: functionName(value), kind: "func" };
  if (value instanceof Scalar || value instanceof Struct || value instanceof Pointer) return value.type;
  return noted.get(value)?.type ?? (isMap(value) ? types.map : types.list);
};

/** What a value's type is called in messages. */
export const typeName = (value: Value): string => typeOf(value)?.name ?? "nil";

/** A number of JSON as the host's Go program holds it. */
export type Numbers = (text: string) => Value;

/** Whole numbers are `int`, others `float64`. */
const wholeOrNot: Numbers = (text) =>
  /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);

/**
 * Data as JSON has it. What JSON cannot say is nothing. `numbers` is `jsonNumber` for what Vault's client decodes, and
 * `Number` for what Go's `encoding/json` does by itself.
 */
export const dataOf = (data: unknown, numbers: Numbers = wholeOrNot): Value => {
  if (typeof data === "string") return wellFormed(data);
  if (typeof data === "boolean") return data;
  if (typeof data === "number" || data instanceof JsonNumber) return numbers(String(data));
  if (typeof data !== "object" || data === null) return undefined;
  if (Array.isArray(data)) return data.map((item) => dataOf(item, numbers));
  return new Map(Object.entries(data).map(([key, value]) => [wellFormed(key), dataOf(value, numbers)]));
};
