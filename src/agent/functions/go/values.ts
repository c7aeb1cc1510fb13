import {
  bare,
  compareText,
  type GoMap,
  type Key,
  Pointer,
  Scalar,
  Struct,
  TemplateFunction,
  typeName,
  typeOf,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";

/** Go's `reflect`, as far as the functions look at values. */

/** Of `reflect.Value.Kind`: `invalid` for nil. */
export const kindOf = (value: Value): string => {
  const kind = typeOf(value)?.kind ?? "invalid";
  return isChannel(value) ? "chan" : kind;
};

const CHANNEL = "<-chan int64";
/** What `loop` answers: it can be ranged over, and nothing else. */
export const CHANNEL_TYPE: types.Type = types.listOf(types.int64, CHANNEL);
export const isChannel = (value: Value): boolean => typeof value === "object" && typeName(value) === CHANNEL;

export const isSignedValue = (value: Value): boolean => {
  const type = typeOf(value);
  return type !== undefined && types.isSigned(type);
};
export const isUnsignedValue = (value: Value): boolean => {
  const type = typeOf(value);
  return type !== undefined && types.isUnsigned(type);
};

/** The bare boolean, number or string of a value, whatever its type is called; `undefined`: it is none of these. */
export const bareOf = (value: Value): boolean | bigint | number | string | undefined => {
  const plain = bare(value);
  return typeof plain === "object" ? undefined : plain;
};

/** Any kind of integer. */
export const integerOf = (value: Value): bigint | undefined => {
  const bare = bareOf(value);
  return typeof bare === "bigint" ? bare : undefined;
};

/** A list's or array's items; bytes are a list of `uint8`. */
export const itemsOf = (value: Value): readonly Value[] | undefined => {
  if (value instanceof Uint8Array) return [...value].map((byte) => new Scalar(types.uint8, BigInt(byte)));
  return Array.isArray(value) && !isChannel(value) ? value : undefined;
};

/** `empty` of sprig and mergo: the zero of its type, or nothing in it. */
export const isEmpty = (value: Value): boolean => {
  if (value === undefined) return true;
  if (value instanceof Pointer) return value.to === undefined;
  if (value instanceof Struct || value instanceof TemplateFunction) return false;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return !bareOf(value);
};

const compareKeys = (a: Key, b: Key): number => compareText(String(a), String(b));

/** In the order of the keys' text. */
export const entriesByText = (map: GoMap): readonly (readonly [Key, Value])[] =>
  [...map].sort(([a], [b]) => compareKeys(a, b));

/** A map that may be changed; Go's functions change the one they are given. */
export const changeable = (map: GoMap): Map<Key, Value> =>
  map instanceof Map ? map : unrunnable("a map cannot be changed");

/** `map[string]interface {}`, and nothing else. */
export const asPlainMap = (value: Value): GoMap | undefined =>
  value instanceof Map && typeName(value) === types.map.name ? value : undefined;
