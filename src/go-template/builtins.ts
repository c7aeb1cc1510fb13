import { bytesOfText, textOfBytes } from "./bytes.ts";
import { eq, le, lt } from "./compare.ts";
import { unrunnable } from "./errors.ts";
import { html, js, urlquery } from "./escape.ts";
import { sprint, sprintf, sprintln } from "./printf.ts";
import { Held, indirect, placed, type Slot, slotType, slotTypeName, unheld } from "./slots.ts";
import { isTrue } from "./truth.ts";
import * as types from "./types.ts";
import {
  bare,
  isList,
  isMap,
  type Key,
  type Room,
  Scalar,
  TemplateFunction,
  typed,
  typeOf,
  type Value,
  wholeOf,
  zeroOf,
} from "./values.ts";

/**
 * Go's own functions, but `and`, `or` and `call`, which the run itself knows. Errors are Go's, without the values they
 * would show. Source: Go's text/template, `funcs.go`.
 */

export interface Builtin {
  readonly params: readonly types.Type[];
  readonly rest: types.Type | undefined;
  readonly run: (args: readonly Slot[], room: Room) => Slot;
}

/** Whether a value may be given where this type is wanted; whole numbers of any size may. */
const prepared = (slot: Slot, wanted: types.Type, where = ""): Value => {
  const value = unheld(slot);
  const type = typeOf(value);
  if (!type) {
    if (!types.takesNil(wanted)) unrunnable(`${where}value is nil; should be of type ${wanted.name}`);
    return zeroOf(wanted);
  }
  if (types.isAssignable(type, wanted)) return value;
  const whole = bare(value);
  const isWhole = (one: types.Type): boolean => types.isSigned(one) || types.isUnsigned(one);
  if (typeof whole === "bigint" && isWhole(wanted)) return wholeOf(wanted, whole);
  return unrunnable(`${where}value has type ${type.name}; should be ${wanted.name}`);
};

/** `slice` does not look into an interface for a number, so that a number of JSON is none to it. */
const boundOf = (slot: Slot, most: number): number =>
  slot instanceof Held ? unrunnable(`cannot index slice/array with type ${types.any.name}`) : indexOf(slot, most);

const indexOf = (slot: Slot, most: number): number => {
  const value = unheld(slot);
  const whole = bare(value);
  if (value === undefined) return unrunnable("cannot index slice/array with nil");
  if (typeof whole !== "bigint") return unrunnable(`cannot index slice/array with type ${typeOf(value)?.name}`);
  return whole >= 0n && whole <= BigInt(most) ? Number(whole) : unrunnable("index out of range");
};

const isKey = (value: Value): value is Key => typeof value !== "object";

const memberOf = (map: ReadonlyMap<Key, Value>, slot: Slot): Slot => {
  const { key: wanted = types.string, element = types.any } = typeOf(map) ?? {};
  const key = prepared(slot, wanted);
  if (isList(key) || isMap(key) || key instanceof Uint8Array)
    return unrunnable(`runtime error: hash of unhashable type ${typeOf(key)?.name}`);
  return placed(isKey(key) && map.has(key) ? map.get(key) : zeroOf(element), element);
};

const byteAt = (bytes: Uint8Array, slot: Slot, what: string): Slot => {
  const at = indexOf(slot, bytes.length);
  const byte = bytes[at] ?? unrunnable(`reflect: ${what} index out of range`);
  return new Scalar(types.uint8, BigInt(byte));
};

const at = (collection: Slot, key: Slot): Slot => {
  const { value, isNil } = indirect(collection);
  if (isNil) return unrunnable("index of nil pointer");
  if (isMap(value)) return memberOf(value, key);
  if (value instanceof Uint8Array) return byteAt(value, key, "slice");
  if (isList(value)) {
    const index = indexOf(key, value.length);
    if (index === value.length) unrunnable("reflect: slice index out of range");
    return placed(value[index], typeOf(value)?.element);
  }
  const text = bare(value);
  if (typeof text === "string") return byteAt(bytesOfText(text), key, "string");
  return unrunnable(`can't index item of type ${typeOf(value)?.name}`);
};

const index = ([item, ...keys]: readonly Slot[]): Slot => {
  if (unheld(item) === undefined) return unrunnable("index of untyped nil");
  return keys.reduce(at, unheld(item));
};

const slice = ([item, ...bounds]: readonly Slot[]): Slot => {
  const { value, isNil } = indirect(unheld(item));
  if (value === undefined) return unrunnable("slice of untyped nil");
  if (isNil) return unrunnable("slice of nil pointer");
  if (bounds.length > 3) unrunnable(`too many slice indexes: ${bounds.length}`);
  const text = bare(value);
  if (typeof text === "string") {
    if (bounds.length === 3) unrunnable("cannot 3-index slice a string");
    const bytes = bytesOfText(text);
    const cut = textOfBytes(bytes.subarray(...range(bounds, bytes.length)));
    return value instanceof Scalar ? new Scalar(value.type, cut, cut, value.methods) : cut;
  }
  if (value instanceof Uint8Array) return value.subarray(...range(bounds, value.length));
  if (!isList(value)) return unrunnable(`can't slice item of type ${typeOf(value)?.name}`);
  return typed(value.slice(...range(bounds, value.length)), typeOf(value) ?? types.list);
};

const range = (bounds: readonly Slot[], length: number): [number, number] => {
  const [from = 0, to = length, most = length] = bounds.map((bound) => boundOf(bound, length));
  if (from > to || to > most) unrunnable("invalid slice index");
  return [from, to];
};

const lengthOf = (item: Slot): bigint => {
  const { value, isNil } = indirect(item);
  if (isNil) return unrunnable("len of nil pointer");
  const text = bare(value);
  if (typeof text === "string") return BigInt(bytesOfText(text).length);
  if (isMap(value)) return BigInt(value.size);
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (value === undefined) return unrunnable("reflect: call of reflect.Value.Type on zero Value");
  return unrunnable(`len of type ${slotTypeName(value)}`);
};

const several = (count: number) => Array<types.Type>(count).fill(types.reflectValue);
const exactly = (count: number, run: Builtin["run"]): Builtin => ({ params: several(count), rest: undefined, run });
const atLeast = (count: number, run: Builtin["run"]): Builtin => ({
  params: several(count),
  rest: types.reflectValue,
  run,
});
const printing = (run: (args: readonly Value[], room: Room) => string): Builtin => ({
  params: [],
  rest: types.any,
  run: (args, room) => run(args.map(unheld), room),
});
const two = (run: (a: Slot, b: Slot) => boolean): Builtin => exactly(2, ([a, b]) => run(a, b));

const format = ([text, ...args]: readonly Slot[], room: Room): string =>
  sprintf(typeof text === "string" ? text : "", args.map(unheld), room);

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    not: exactly(1, ([value]) => !isTrue(unheld(value))),
    eq: atLeast(1, ([first, ...others]) => eq(first, others)),
    ne: two((a, b) => !eq(a, [b])),
    lt: two(lt),
    le: two(le),
    gt: two((a, b) => !le(a, b)),
    ge: two((a, b) => !lt(a, b)),
    len: exactly(1, ([item]) => lengthOf(item)),
    index: atLeast(1, index),
    slice: atLeast(1, slice),
    print: printing(sprint),
    println: printing(sprintln),
    printf: { params: [types.string], rest: types.any, run: format },
    html: printing(html),
    js: printing(js),
    urlquery: printing(urlquery),
  }),
);

/** Functions that the run evaluates itself. */
export const OWN: ReadonlyMap<string, Builtin> = new Map(
  ["and", "or", "call"].map((name) => [name, atLeast(1, () => undefined)]),
);

const calleeOf = (callee: Value, name: string): TemplateFunction => {
  if (callee === undefined) return unrunnable("call of nil");
  return callee instanceof TemplateFunction
    ? callee
    : unrunnable(`non-function ${name} of type ${slotType(callee)?.name}`);
};

/** `call`: a function that is a value, by the name under which it was found. */
export const call = (name: string, [slot, ...args]: readonly Slot[], room: Room): Value => {
  const callee = calleeOf(unheld(slot), name);
  const { params, rest } = callee;
  if (rest ? args.length < params.length : args.length !== params.length)
    unrunnable(`wrong number of args for ${name}: got ${args.length} want ${rest ? "at least " : ""}${params.length}`);
  const given = args.map((arg, at) => prepared(arg, params[at] ?? rest ?? types.any, `arg ${at}: `));
  return callee.run(given, room);
};
