import { isList, isMap, Pointer, Scalar, Struct, type Value } from "./values.ts";

/** Go's truth: zero, empty and nil are false; a struct is always true. */
export const isTrue = (value: Value): boolean => {
  if (value instanceof Scalar) return Boolean(value.value);
  if (value instanceof Struct) return true;
  if (value instanceof Pointer) return value.to !== undefined;
  if (isMap(value)) return value.size > 0;
  if (isList(value) || value instanceof Uint8Array) return value.length > 0;
  return typeof value === "number" ? value !== 0 : Boolean(value);
};
