import type { Value } from "./values.ts";

/** A template as it was read. */

export type Operand =
  | { readonly type: "value"; readonly value: Value }
  | { readonly type: "nil" }
  | { readonly type: "dot" }
  | { readonly type: "variable"; readonly name: string }
  /** A function by its name. */
  | { readonly type: "function"; readonly name: string }
  /** In parentheses. */
  | { readonly type: "pipeline"; readonly pipeline: Pipeline }
  | { readonly type: "fields"; readonly of: Operand; readonly names: readonly [string, ...string[]] };

export interface Command {
  readonly first: Operand;
  readonly args: readonly Operand[];
}

export interface Pipeline {
  /** Variables it sets; with `declares` they are new. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  /** Each is given the value of the one before as its last argument. */
  readonly commands: readonly Command[];
}

export type List = readonly Node[];

export type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "action"; readonly pipeline: Pipeline }
  | {
      readonly type: "if" | "with" | "range";
      readonly pipeline: Pipeline;
      readonly then: List;
      readonly otherwise: List;
    }
  | { readonly type: "template"; readonly name: string; readonly pipeline: Pipeline | undefined }
  | { readonly type: "break" | "continue" };
