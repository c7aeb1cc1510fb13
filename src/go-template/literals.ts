import type { Operand } from "./nodes.ts";
import * as types from "./types.ts";
import { Scalar, type Value, wholeOf } from "./values.ts";

/** What a literal is where a function wants a type of its own. Source: Go's text/template, `exec.go`. */

export type Literal = Extract<Operand, { type: "bool" | "string" | "number" }>;

/** A literal as a type that is not `interface {}`, and what that type is called. */
export const typedLiteral = (node: Literal, wanted: types.Type): readonly [Value, string | undefined] => {
  if (types.isSigned(wanted)) return [wholeLiteral(node, "int", wanted), "integer"];
  if (types.isUnsigned(wanted)) return [wholeLiteral(node, "uint", wanted), "unsigned integer"];
  switch (wanted.kind) {
    case "bool":
      return [node.type === "bool" ? node.value : undefined, "bool"];
    case "string":
      return [node.type === "string" ? textAs(wanted, node.value) : undefined, "string"];
    case "float64":
      return [node.type === "number" ? node.float : undefined, "float"];
    default:
      return [undefined, undefined];
  }
};

const wholeLiteral = (node: Literal, as: "int" | "uint", wanted: types.Type): Value => {
  const whole = node.type === "number" ? node[as] : undefined;
  return whole === undefined ? undefined : wholeOf(wanted, whole);
};

const textAs = (type: types.Type, text: string): Value => (type === types.string ? text : new Scalar(type, text));
