import {
  isNilList,
  Pointer,
  type Room,
  Struct,
  TemplateFunction,
  typed,
  typeName,
  typeOf,
  types,
  type Value,
} from "../../../go-template/index.ts";
import { assertDepth } from "../go/output.ts";
import { bareOf } from "../go/values.ts";

/** Values with all that is in them: compared as Go's `reflect.DeepEqual` does, and copied. */

const sameMembers = (
  a: ReadonlyMap<unknown, Value>,
  b: ReadonlyMap<unknown, Value>,
  room: Room,
  depth: number,
): boolean =>
  a.size === b.size && [...a].every(([key, item]) => b.has(key) && deepEqual(item, b.get(key), room, depth));

const sameObjects = (a: object, b: object, room: Room, depth: number): boolean => {
  if (a instanceof TemplateFunction || b instanceof TemplateFunction) return false;
  if (a instanceof Map && b instanceof Map) return isNilList(a) === isNilList(b) && sameMembers(a, b, room, depth);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return (
      isNilList(a) === isNilList(b) &&
      a.length === b.length &&
      a.every((item: Value, at) => deepEqual(item, b[at], room, depth))
    );
  if (a instanceof Pointer && b instanceof Pointer) return a.to === b.to || deepEqual(a.to, b.to, room, depth);
  return (
    a instanceof Struct && b instanceof Struct && a.text === b.text && sameMembers(a.fields, b.fields, room, depth)
  );
};

export const deepEqual = (a: Value, b: Value, room: Room, depth = 0): boolean => {
  room.step();
  assertDepth(depth);
  if (a === undefined || b === undefined) return a === b;
  if (typeName(a) !== typeName(b)) return false;
  const bare = bareOf(a);
  if (bare !== undefined) return bare === bareOf(b);
  return typeof a === "object" && typeof b === "object" && (a === b || sameObjects(a, b, room, depth + 1));
};

/** Maps and lists made again; what cannot be changed is shared. */
export const deepCopy = (value: Value, room: Room, depth = 0): Value => {
  room.step();
  assertDepth(depth);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Map)
    return typed(
      new Map([...value].map(([key, item]) => [key, deepCopy(item, room, depth + 1)])),
      typeOf(value) ?? types.map,
    );
  if (Array.isArray(value))
    return typed(
      value.map((item: Value) => deepCopy(item, room, depth + 1)),
      typeOf(value) ?? types.list,
    );
  return value;
};
