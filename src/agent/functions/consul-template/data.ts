import {
  ANY,
  func1,
  func2,
  type GoMap,
  int64,
  type Key,
  LIST,
  MAP,
  type Room,
  STRING,
  TemplateFunction,
  typed,
  typeName,
  types,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { mergeInto } from "../go/merge.ts";
import { parseSigned } from "../go/strconv.ts";
import { bareOf, CHANNEL_TYPE, entriesByText, isSignedValue, isUnsignedValue, itemsOf } from "../go/values.ts";

/** consul-template's functions of lists and maps. */

const sameNumber = (item: Value, value: Value): boolean =>
  (isSignedValue(item) && isSignedValue(value) && bareOf(item) === bareOf(value)) ||
  (typeof bareOf(item) === "number" && bareOf(item) === bareOf(value));

const sameText = (item: Value, value: Value): boolean => {
  if (value === undefined) return unrunnable("in: a text cannot be compared with nil");
  return typeName(item) === typeName(value) && bareOf(item) === bareOf(value);
};

/** Signed integers, floats and texts are found; other values never are. */
const isIn = (list: Value, value: Value, room: Room): boolean => {
  const items = itemsOf(list);
  room.step(items?.length ?? 1);
  if (items)
    return items.some((item) => (typeof bareOf(item) === "string" ? sameText(item, value) : sameNumber(item, value)));
  const text = bareOf(list);
  if (typeof text !== "string") return false;
  if (value === undefined) return unrunnable("in: a text cannot be searched for nil");
  const part = bareOf(value);
  return typeName(value) === typeName(list) && typeof part === "string" && text.includes(part);
};

/** All, any, none, not all: what each answers at the end, and what ends it before. */
const containsSome = (atEnd: boolean, inverted: boolean): TemplateFunction =>
  func2(LIST, ANY, (values, list, room) =>
    values.some((value) => isIn(list, value, room) !== inverted) ? !atEnd : atEnd,
  );

const explodeInto = (into: Map<Key, Value>, key: string, value: Value, room: Room): void => {
  const parts = key.split("/");
  const last = parts.pop() ?? "";
  room.step(parts.length + 1);
  let at = into;
  for (const part of parts) {
    if (!at.has(part)) at.set(part, new Map());
    const next = at.get(part);
    at = next instanceof Map && typeName(next) === types.map.name ? next : unrunnable("explode: not a map");
  }
  if (last !== "") at.set(last, value);
};

const explodeMap = (map: GoMap, room: Room): GoMap => {
  const made = new Map<Key, Value>();
  for (const [key, value] of entriesByText(map)) explodeInto(made, String(key), value, room);
  return made;
};

const boundOf = (value: Value): bigint => {
  if (isSignedValue(value) || isUnsignedValue(value)) return BigInt.asIntN(64, BigInt(String(bareOf(value))));
  if (typeof bareOf(value) !== "string") return unrunnable(`loop: bad argument type: ${typeName(value)}`);
  const text = String(bareOf(value));
  const number = text === "" ? 0n : parseSigned(text);
  return typeof number === "bigint" ? number : unrunnable("loop: a text must be a number");
};

const loop = (bounds: readonly Value[], room: Room): Value => {
  if (bounds.length === 0 || bounds.length > 2)
    return unrunnable(`loop: wrong number of arguments, expected 1 or 2, but got ${bounds.length}`);
  const [from = 0n, to = 0n] = bounds.length === 1 ? [0n, ...bounds.map(boundOf)] : bounds.map(boundOf);
  const count = Math.max(0, Number(to - from));
  room.step(count);
  return typed(
    Array.from({ length: count }, (_, at) => int64(from + BigInt(at))),
    CHANNEL_TYPE,
  );
};

const KEY_PAIRS = types.listOf(types.pointerTo(types.structOf("dependency.KeyPair", {})));
const SERVICES = types.listOf(types.pointerTo(types.structOf("dependency.HealthService", {})));

/** The functions of Consul's services and keys: without Consul they know nil alone. */
const ofNothing = (before: readonly types.Type[], list: types.Type, made: types.Type): TemplateFunction =>
  new TemplateFunction([...before, list], undefined, () => typed(new Map(), made));

const grouping = (name: string, key: types.Type): TemplateFunction =>
  func1(ANY, (value) =>
    value === undefined
      ? typed(new Map(), types.mapOf(key, types.list))
      : unrunnable(`${name}: wrong argument type ${typeName(value)}`),
  );

const merging = (overwrite: boolean): TemplateFunction =>
  func2(MAP, MAP, (own, other) => {
    mergeInto(own, other, { overwrite, keepsKind: false });
    return own;
  });

export const executeTemplate = variadic([STRING], ANY, ([name = ""], data, room) =>
  data.length > 1
    ? unrunnable(`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${data.length + 1}`)
    : room.execute(name, data[0]),
);

export const DATA: Readonly<Record<string, TemplateFunction>> = {
  byKey: ofNothing([], KEY_PAIRS, types.mapOf(types.string, types.map)),
  byMeta: ofNothing([types.string], SERVICES, types.mapOf(types.string, SERVICES)),
  byPort: grouping("byPort", types.int),
  byTag: grouping("byTag", types.string),
  contains: func2(ANY, ANY, (value, list, room) => isIn(list, value, room)),
  containsAll: containsSome(true, true),
  containsAny: containsSome(false, false),
  containsNone: containsSome(true, false),
  containsNotAll: containsSome(false, true),
  explode: ofNothing([], KEY_PAIRS, types.map),
  explodeMap: func1(MAP, explodeMap),
  in: func2(ANY, ANY, isIn),
  loop: variadic([], ANY, (_, bounds, room) => loop(bounds, room)),
  mergeMap: merging(false),
  mergeMapWithOverride: merging(true),
};
