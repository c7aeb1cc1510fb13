import { unrunnable } from "./errors.ts";
import { type Slot, unheld } from "./slots.ts";
import { compareText } from "./sorted.ts";
import * as types from "./types.ts";
import { bare, isNil, Pointer, Struct, TemplateFunction, typeName, typeOf, type Value } from "./values.ts";

/** `eq`, `ne`, `lt`, `le`, `gt`, `ge`. Errors name types and never values. Source: Go's text/template, `funcs.go`. */

type Basic = "bool" | "int" | "uint" | "float" | "string" | "none";

/** Kinds that are compared with each other; integers whatever their size. */
const basicKind = (value: Value): Basic => {
  const type = typeOf(value);
  if (!type) return "none";
  if (types.isSigned(type)) return "int";
  if (types.isUnsigned(type)) return "uint";
  if (type.kind === "float64") return "float";
  return type.kind === "bool" || type.kind === "string" ? type.kind : "none";
};

const isWhole = (kind: Basic): boolean => kind === "int" || kind === "uint";

const sameTypes = (a: Value, b: Value): never =>
  unrunnable(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);

const isComparable = ({ kind, fields }: types.Type): boolean =>
  !["slice", "map", "func"].includes(kind) && [...(fields?.values() ?? [])].every(isComparable);

/** Structs and pointers; lists, maps and functions have no equality. */
const sameObject = (a: Value, b: Value): boolean => {
  if (a instanceof Pointer && b instanceof Pointer) return a.type.name === b.type.name && a.to === b.to;
  if (!(a instanceof Struct && b instanceof Struct) || !isComparable(b.type))
    return unrunnable(`non-comparable type ${typeName(b)}`);
  if (a.type.name !== b.type.name) return false;
  return [...a.fields].every(([name, field]) => equal(field, b.fields.get(name)));
};

const equalObjects = (a: Value, b: Value): boolean => {
  const [left, right] = [typeOf(a)?.kind, typeOf(b)?.kind];
  if (left !== undefined && right !== undefined && left !== right)
    return unrunnable(`non-comparable types ${typeName(a)}, ${typeName(b)}`);
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (a instanceof TemplateFunction) return unrunnable(`non-comparable type ${typeName(b)}`);
  return sameObject(a, b);
};

const equal = (a: Value, b: Value): boolean => {
  const [left, right] = [basicKind(a), basicKind(b)];
  if (left === "none" && right === "none") return equalObjects(a, b);
  if (left === right || (isWhole(left) && isWhole(right))) return bare(a) === bare(b);
  return a !== undefined && b !== undefined ? sameTypes(a, b) : false;
};

export const eq = (first: Slot, others: readonly Slot[]): boolean => {
  if (others.length === 0) unrunnable("missing argument for comparison");
  return others.some((other) => equal(unheld(first), unheld(other)));
};

const bad = (): never => unrunnable("invalid type for comparison");

const lessOf = (a: Value, b: Value): boolean => {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b) < 0;
  if (typeof a === "bigint" && typeof b === "bigint") return a < b;
  return typeof a === "number" && typeof b === "number" ? a < b : bad();
};

export const lt = (first: Slot, second: Slot): boolean => {
  const [a, b] = [unheld(first), unheld(second)];
  const [left, right] = [basicKind(a), basicKind(b)];
  if (left === "none" || right === "none") return bad();
  if (left !== right && !(isWhole(left) && isWhole(right))) return sameTypes(a, b);
  return lessOf(bare(a), bare(b));
};

export const le = (a: Slot, b: Slot): boolean => lt(a, b) || eq(a, [b]);
