import { quoted } from "./quote.ts";

/** A template as it was read. Each node knows where it begins, in characters, for messages. */

interface At {
  readonly at: number;
}

/** A number as each type that can hold it. */
export interface NumberNode extends At {
  readonly type: "number";
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  /** What it is where nothing asks for a type, which its syntax tells; `undefined`: too large for an `int`. */
  readonly plain: bigint | number | undefined;
}

export type Operand =
  | ({ readonly type: "bool"; readonly value: boolean } & At)
  | ({ readonly type: "string"; readonly value: string; readonly text: string } & At)
  | NumberNode
  | ({ readonly type: "nil" } & At)
  | ({ readonly type: "dot" } & At)
  /** `.a.b` */
  | FieldNode
  /** `$x.a`: the variable's name with its `$`, and fields. */
  | VariableNode
  | FunctionNode
  /** In parentheses. */
  | Pipeline
  /** `(pipeline).a.b` */
  | ChainNode;

export type FieldNode = { readonly type: "field"; readonly names: readonly string[] } & At;
export type VariableNode = {
  readonly type: "variable";
  readonly name: string;
  readonly fields: readonly string[];
} & At;
/** A function by its name. */
export type FunctionNode = { readonly type: "function"; readonly name: string } & At;
export type ChainNode = { readonly type: "chain"; readonly of: Operand; readonly fields: readonly string[] } & At;

export interface Command extends At {
  readonly type: "command";
  readonly first: Operand;
  readonly args: readonly Operand[];
}

export interface Pipeline extends At {
  readonly type: "pipeline";
  /** Variables it sets, with their `$`. */
  readonly variables: readonly VariableNode[];
  /** Whether they are known already. */
  readonly assigns: boolean;
  /** Each is given the value of the one before as its last argument. */
  readonly commands: readonly Command[];
}

export type List = { readonly type: "list"; readonly nodes: readonly Node[] } & At;

export type Branch = {
  readonly type: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly then: List;
  readonly otherwise: List | undefined;
} & At;

export type TemplateNode = {
  readonly type: "template";
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
} & At;

export type ActionNode = { readonly type: "action"; readonly pipeline: Pipeline } & At;

export type Node =
  | ({ readonly type: "text"; readonly text: string } & At)
  | ActionNode
  | Branch
  | TemplateNode
  | ({ readonly type: "break" | "continue" } & At);

/** What an error can be about. */
export type AnyNode = Node | Operand | Command | List;

const dotted = (names: readonly string[]): string => names.map((name) => `.${name}`).join("");
const inner = (node: Operand): string => (node.type === "pipeline" ? `(${sourceOf(node)})` : sourceOf(node));

const pipelineSource = ({ variables, assigns, commands }: Pipeline): string => {
  const set = variables.length > 0 ? `${variables.map(sourceOf).join(", ")} ${assigns ? "=" : ":="} ` : "";
  return set + commands.map(sourceOf).join(" | ");
};

const branchSource = ({ type, pipeline, then, otherwise }: Branch): string =>
  `{{${type} ${sourceOf(pipeline)}}}${sourceOf(then)}${otherwise ? `{{else}}${sourceOf(otherwise)}` : ""}{{end}}`;

const operandSource = (node: Operand): string => {
  switch (node.type) {
    case "bool":
      return String(node.value);
    case "string":
    case "number":
      return node.text;
    case "nil":
      return "nil";
    case "dot":
      return ".";
    case "field":
      return dotted(node.names);
    case "variable":
      return node.name + dotted(node.fields);
    case "function":
      return node.name;
    case "chain":
      return inner(node.of) + dotted(node.fields);
    case "pipeline":
      return pipelineSource(node);
  }
};

/** A node as Go writes it in messages. */
export const sourceOf = (node: AnyNode): string => {
  switch (node.type) {
    case "text":
      return node.text;
    case "list":
      return node.nodes.map(sourceOf).join("");
    case "command":
      return [node.first, ...node.args].map(inner).join(" ");
    case "action":
      return `{{${sourceOf(node.pipeline)}}}`;
    case "if":
    case "with":
    case "range":
      return branchSource(node);
    case "template":
      return `{{template ${quoted(node.name)}${node.pipeline ? ` ${sourceOf(node.pipeline)}` : ""}}}`;
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    default:
      return operandSource(node);
  }
};
