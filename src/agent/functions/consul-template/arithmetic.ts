import {
  ANY,
  func2,
  int64,
  type TemplateFunction,
  typeName,
  typeOf,
  types,
  uint64,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { bareOf } from "../go/values.ts";

/**
 * consul-template's arithmetic: the second argument is the left side, so that it can be piped in. Integers wrap around
 * at 64 bits, as Go's do; one float makes the result a float.
 */

interface Operation {
  readonly whole: (a: bigint, b: bigint) => bigint;
  /** Absent: not for floats. */
  readonly float?: (a: number, b: number) => number;
}

type Operand =
  | { readonly kind: "int" | "uint"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number };

const operandOf = (name: string, value: Value, floats: boolean): Operand => {
  const type = typeOf(value);
  const bare = bareOf(value);
  if (type && typeof bare === "bigint") return { kind: types.isUnsigned(type) ? "uint" : "int", value: bare };
  if (typeof bare === "number" && floats) return { kind: "float", value: bare };
  return unrunnable(`${name}: unknown type ${typeName(value)}`);
};

const calculate =
  (name: string, { whole, float }: Operation) =>
  (right: Value, left: Value): Value => {
    const a = operandOf(name, left, float !== undefined);
    const b = operandOf(name, right, float !== undefined);
    if (a.kind !== "float" && b.kind !== "float") {
      if (a.kind === "uint" && b.kind === "uint") return uint64(whole(a.value, b.value));
      return int64(whole(BigInt.asIntN(64, a.value), BigInt.asIntN(64, b.value)));
    }
    return float?.(Number(a.value), Number(b.value));
  };

const choose =
  (name: string, first: (a: number | bigint, b: number | bigint) => boolean) =>
  (right: Value, left: Value): Value => {
    const a = operandOf(name, left, true);
    const b = operandOf(name, right, true);
    const { kind, value } = isFirst(a, b, first) ? a : b;
    return kind === "float" ? value : kind === "uint" ? uint64(value) : int64(value);
  };

/** Two integers are compared as `int64`, unless both are unsigned. */
const isFirst = (a: Operand, b: Operand, first: (a: number | bigint, b: number | bigint) => boolean): boolean => {
  if (a.kind === "float" || b.kind === "float") return first(Number(a.value), Number(b.value));
  if (a.kind === "uint" && b.kind === "uint") return first(a.value, b.value);
  return first(BigInt.asIntN(64, a.value), BigInt.asIntN(64, b.value));
};

const byZero = (name: string): never => unrunnable(`${name}: integer divide by zero`);

const operation = (name: string, how: Operation): TemplateFunction => func2(ANY, ANY, calculate(name, how));

export const ARITHMETIC: Readonly<Record<string, TemplateFunction>> = {
  add: operation("add", { whole: (a, b) => a + b, float: (a, b) => a + b }),
  subtract: operation("subtract", { whole: (a, b) => a - b, float: (a, b) => a - b }),
  multiply: operation("multiply", { whole: (a, b) => a * b, float: (a, b) => a * b }),
  divide: operation("divide", { whole: (a, b) => (b === 0n ? byZero("divide") : a / b), float: (a, b) => a / b }),
  modulo: operation("modulo", { whole: (a, b) => (b === 0n ? byZero("modulo") : a % b) }),
  minimum: func2(
    ANY,
    ANY,
    choose("minimum", (a, b) => a < b),
  ),
  maximum: func2(
    ANY,
    ANY,
    choose("maximum", (a, b) => a > b),
  ),
};
