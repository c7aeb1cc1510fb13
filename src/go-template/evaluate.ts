import { type Builtin, call } from "./builtins.ts";
import { TemplateError } from "./errors.ts";
import type {
  ChainNode,
  Command,
  FieldNode,
  FunctionNode,
  NumberNode,
  Operand,
  Pipeline,
  VariableNode,
} from "./nodes.ts";
import { sourceOf } from "./nodes.ts";
import { looksLikeFloat } from "./numbers.ts";
import { quoted } from "./quote.ts";
import { Held, indirect, NONE, placed, type Slot, slotType, slotTypeName, unheld } from "./slots.ts";
import type { State } from "./state.ts";
import { isTrue } from "./truth.ts";
import * as types from "./types.ts";
import {
  type GoMap,
  isMap,
  Pointer,
  type Room,
  Scalar,
  Struct,
  type TemplateFunction,
  typeOf,
  type Value,
  wholeOf,
  zeroOf,
} from "./values.ts";

/** Evaluates pipelines, commands and operands. Source: Go's text/template, `exec.go`. */

export interface Scene {
  /** The host's functions go before Go's own. */
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly builtins: ReadonlyMap<string, Builtin>;
  /** What a missing member of a map is: nothing at all, the zero of the map's type, or an error. */
  readonly missing: "no value" | "zero" | "error";
}

/** What a pipeline passes on to its next command. */
type Final = Slot | typeof NONE;

type Callable = Pick<Builtin, "params" | "rest"> & { readonly run: (args: readonly Slot[], room: Room) => Slot };

const asCallable = ({ params, rest, run }: TemplateFunction): Callable => ({
  params,
  rest,
  run: (args, room) => {
    const result = run(args.map(unheld), room);
    return result === undefined ? new Held(undefined) : result;
  },
});

export class Evaluator {
  private readonly state: State;
  private readonly scene: Scene;
  private readonly room: Room;

  constructor(state: State, scene: Scene, room: Room) {
    this.state = state;
    this.scene = scene;
    this.room = room;
  }

  /** What a pipeline yields; variables that it sets are set. */
  pipeline(pipeline: Pipeline, dot: Slot): Value {
    this.state.node = pipeline;
    let final: Final = NONE;
    for (const command of pipeline.commands) final = unheld(this.command(command, dot, final));
    const value = final === NONE ? undefined : unheld(final);
    for (const { name } of pipeline.variables) {
      if (pipeline.assigns) this.state.set(name, value);
      else this.state.declare(name, value);
    }
    return value;
  }

  /** A text that came from data or from a function is held to the same bound as one that was made here. */
  private held(slot: Slot): Slot {
    this.room.step();
    const value = unheld(slot);
    if (typeof value === "string") this.room.text(value.length);
    return slot;
  }

  private command(command: Command, dot: Slot, final: Final): Slot {
    const { first, args } = command;
    switch (first.type) {
      case "field":
        return this.field(first, dot, args, final);
      case "chain":
        return this.chain(first, dot, args, final);
      case "function":
        return this.function(first, command, dot, args, final);
      case "pipeline":
        this.alone(first, args, final);
        return this.pipeline(first, dot);
      case "variable":
        return this.variable(first, dot, args, final);
      default:
        this.state.node = first;
        this.alone(first, args, final);
        return this.constant(first, dot);
    }
  }

  private constant(node: Extract<Operand, { type: "bool" | "string" | "number" | "nil" | "dot" }>, dot: Slot): Slot {
    switch (node.type) {
      case "bool":
      case "string":
        return node.value;
      case "number":
        return this.number(node);
      case "dot":
        return this.held(dot);
      case "nil":
        return this.state.fail("nil is not a command");
    }
  }

  /** A number where nothing asks for a type: its syntax tells. */
  private number(node: NumberNode): Value {
    this.state.node = node;
    if (looksLikeFloat(node)) return node.float;
    return node.int ?? this.state.fail(`${node.text} overflows int`);
  }

  private alone(first: Operand, args: readonly Operand[], final: Final): void {
    if (args.length > 0 || final !== NONE) this.state.fail(`can't give argument to non-function ${sourceOf(first)}`);
  }

  private field(node: FieldNode, dot: Slot, args: readonly Operand[], final: Final): Slot {
    this.state.node = node;
    return this.members(dot, node.names, node, dot, args, final);
  }

  private chain(node: ChainNode, dot: Slot, args: readonly Operand[], final: Final): Slot {
    this.state.node = node;
    if (node.of.type === "nil") this.state.fail(`indirection through explicit nil in ${sourceOf(node)}`);
    const receiver = this.argument(node.of, undefined, dot);
    return this.members(receiver, node.fields, node, dot, args, final);
  }

  private variable(node: VariableNode, dot: Slot, args: readonly Operand[], final: Final): Slot {
    this.state.node = node;
    const value = this.state.get(node.name);
    if (node.fields.length > 0) return this.members(value, node.fields, node, dot, args, final);
    this.alone(node, args, final);
    return this.held(value);
  }

  /** `.x.y.z`, the last of which gets the arguments. */
  private members(
    receiver: Slot,
    names: readonly string[],
    node: Operand,
    dot: Slot,
    args: readonly Operand[],
    final: Final,
  ): Slot {
    const last = names.length - 1;
    return names.reduce<Slot>(
      (of, name, at) =>
        this.held(this.member(of, name, node, dot, at === last ? args : [], at === last ? final : NONE)),
      receiver,
    );
  }

  private member(of: Slot, name: string, node: Operand, dot: Slot, args: readonly Operand[], final: Final): Slot {
    const { state } = this;
    if (of === undefined) {
      if (this.scene.missing === "error") state.fail(`nil data; no entry for key ${quoted(name)}`);
      return undefined;
    }
    const { value, isNil } = indirect(of);
    if (value === undefined) return state.fail(`nil pointer evaluating ${slotTypeName(of)}.${name}`);
    const method = methodOf(value, name);
    if (method) return this.call(asCallable(method), name, node, dot, args, final);
    const hasArgs = args.length > 0 || final !== NONE;
    if (value instanceof Struct && value.fields.has(name)) return this.structField(value, name, hasArgs);
    if (isMap(value) && types.isAssignable(types.string, typeOf(value)?.key ?? types.string))
      return this.entry(value, name, hasArgs);
    if (isNil && typeOf(value)?.element?.fields?.has(name))
      state.fail(`nil pointer evaluating ${slotTypeName(of)}.${name}`);
    return state.fail(`can't evaluate field ${name} in type ${slotTypeName(of)}`);
  }

  private structField({ type, fields }: Struct, name: string, hasArgs: boolean): Slot {
    if (hasArgs) this.state.fail(`${name} has arguments but cannot be invoked as function`);
    return placed(fields.get(name), type.fields?.get(name));
  }

  private entry(map: GoMap, name: string, hasArgs: boolean): Slot {
    if (hasArgs) this.state.fail(`${name} is not a method but has arguments`);
    const element = typeOf(map)?.element;
    if (map.has(name)) return placed(map.get(name), element);
    if (this.scene.missing === "zero" && element) return placed(zeroOf(element), element);
    if (this.scene.missing === "error") this.state.fail(`map has no entry for key ${quoted(name)}`);
    return undefined;
  }

  private function(
    node: FunctionNode,
    place: Command | Operand,
    dot: Slot,
    args: readonly Operand[],
    final: Final,
  ): Slot {
    this.state.node = node;
    const { name } = node;
    const own = this.scene.functions.get(name);
    if (own) return this.held(this.call(asCallable(own), name, place, dot, args, final));
    const builtin = this.scene.builtins.get(name) ?? this.state.fail(`${quoted(name)} is not a defined function`);
    if (name === "and" || name === "or") return this.choose(name, builtin, dot, args, final);
    const run: Callable["run"] =
      name === "call" ? (given, room) => call(args[0] ? sourceOf(args[0]) : "", given, room) : builtin.run;
    return this.held(this.call({ ...builtin, run }, name, place, dot, args, final));
  }

  private checkCount(
    { params, rest }: Pick<Builtin, "params" | "rest">,
    name: string,
    count: number,
    final: Final,
  ): void {
    const given = final === NONE ? count : count + 1;
    const wanted = params.length;
    if (rest && given < wanted)
      this.state.fail(`wrong number of args for ${name}: want at least ${wanted} got ${count}`);
    if (!rest && given !== wanted) this.state.fail(`wrong number of args for ${name}: want ${wanted} got ${given}`);
  }

  /** `and` and `or` look at no more of their arguments than they need. */
  private choose(name: "and" | "or", builtin: Builtin, dot: Slot, args: readonly Operand[], final: Final): Slot {
    this.checkCount(builtin, name, args.length, final);
    let value: Slot;
    for (const arg of args) {
      value = this.argument(arg, types.reflectValue, dot);
      if (isTrue(unheld(value)) === (name === "or")) return value;
    }
    return final === NONE ? value : final;
  }

  private call(
    callable: Callable,
    name: string,
    place: Command | Operand,
    dot: Slot,
    args: readonly Operand[],
    final: Final,
  ): Slot {
    this.checkCount(callable, name, args.length, final);
    const wanted = (at: number): types.Type => callable.params[at] ?? callable.rest ?? types.any;
    const given = args.map((arg, at) => this.argument(arg, wanted(at), dot));
    if (final !== NONE) given.push(this.fitting(final, wanted(given.length)));
    try {
      return callable.run(given, this.room);
    } catch (cause) {
      if (!(cause instanceof TemplateError)) throw cause;
      this.state.node = place;
      return this.state.fail(`error calling ${name}: ${cause.message}`);
    }
  }

  /** The value, if it may be given where this type is wanted. */
  private fitting(slot: Slot, wanted: types.Type | undefined): Slot {
    const { state } = this;
    const type = slotType(slot);
    if (!wanted) return slot;
    if (!type) {
      if (!types.takesNil(wanted)) state.fail(`invalid value; expected ${wanted.name}`);
      return wanted.kind === "interface" ? new Held(undefined) : zeroOf(wanted);
    }
    if (types.isAssignable(type, wanted)) return slot;
    const value = unheld(slot);
    const inner = typeOf(value);
    if (inner && types.isAssignable(inner, wanted)) return value;
    if (value instanceof Pointer && value.type.element && types.isAssignable(value.type.element, wanted))
      return value.to ?? state.fail(`dereference of nil pointer of type ${wanted.name}`);
    return state.fail(`wrong type for value; expected ${wanted.name}; got ${(inner ?? type).name}`);
  }

  /** An argument, as the type that the function wants; `undefined`: any, and what is missing may be missing. */
  private argument(node: Operand, wanted: types.Type | undefined, dot: Slot): Slot {
    const { state } = this;
    state.node = node;
    switch (node.type) {
      case "dot":
        return this.fitting(dot, wanted);
      case "nil":
        if (wanted && types.takesNil(wanted)) return wanted.kind === "interface" ? new Held(undefined) : zeroOf(wanted);
        return state.fail(`cannot assign nil to ${wanted?.name}`);
      case "field":
        return this.fitting(this.field(node, dot, [], NONE), wanted);
      case "variable":
        return this.fitting(this.variable(node, dot, [], NONE), wanted);
      case "pipeline":
        return this.fitting(this.pipeline(node, dot), wanted);
      case "function":
        return this.fitting(this.function(node, node, dot, [], NONE), wanted);
      case "chain":
        return this.fitting(this.chain(node, dot, [], NONE), wanted);
      default:
        return this.literal(node, wanted ?? types.any, dot);
    }
  }

  private literal(node: Literal, wanted: types.Type, dot: Slot): Slot {
    if (wanted.kind === "interface" || wanted === types.reflectValue) return this.constant(node, dot);
    const [value, what] = typedLiteral(node, wanted);
    if (value !== undefined) return value;
    return this.state.fail(
      what === undefined
        ? `can't handle ${sourceOf(node)} for arg of type ${wanted.name}`
        : `expected ${what}; found ${sourceOf(node)}`,
    );
  }
}

type Literal = Extract<Operand, { type: "bool" | "string" | "number" }>;

/** A literal as a type that is not `interface {}`, and what that type is called. */
const typedLiteral = (node: Literal, wanted: types.Type): readonly [Value, string | undefined] => {
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

const methodOf = (value: Value, name: string): TemplateFunction | undefined => {
  if (!(value instanceof Struct || value instanceof Scalar)) return undefined;
  return Object.hasOwn(value.methods, name) ? value.methods[name] : undefined;
};
