import { asCallable, type Callable, checkCount, type Final, fitting, literalAs, nilAs } from "./arguments.ts";
import { type Builtin, call } from "./builtins.ts";
import { TemplateError } from "./errors.ts";
import { Fields, type Missing, methodOf } from "./fields.ts";
import type { Literal } from "./literals.ts";
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
import { quoted } from "./quote.ts";
import { NONE, type Slot, unheld } from "./slots.ts";
import type { State } from "./state.ts";
import { isTrue } from "./truth.ts";
import * as types from "./types.ts";
import type { Room, TemplateFunction, Value } from "./values.ts";

/** Evaluates pipelines, commands and operands. Source: Go's text/template, `exec.go`. */

export interface Scene {
  /** The host's functions go before Go's own. */
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly missing: Missing;
}

export class Evaluator {
  private readonly state: State;
  private readonly scene: Scene;
  private readonly room: Room;
  private readonly fields: Fields;

  constructor(state: State, scene: Scene, room: Room) {
    this.state = state;
    this.scene = scene;
    this.room = room;
    this.fields = new Fields(state, scene.missing);
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

  private number(node: NumberNode): Value {
    this.state.node = node;
    return node.plain ?? this.state.fail(`${node.text} overflows int`);
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
    const method = methodOf(of, name);
    if (method) return this.call(asCallable(method), name, node, dot, args, final);
    return this.fields.get(of, name, args.length > 0 || final !== NONE);
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
    const callee = args[0];
    const run: Callable["run"] = (given, room) => call(callee ? sourceOf(callee) : "", given, room);
    return this.held(this.call(name === "call" ? { ...builtin, run } : builtin, name, place, dot, args, final));
  }

  /** `and` and `or` look at no more of their arguments than they need. */
  private choose(name: "and" | "or", builtin: Builtin, dot: Slot, args: readonly Operand[], final: Final): Slot {
    checkCount(this.state, builtin, name, args.length, final);
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
    checkCount(this.state, callable, name, args.length, final);
    const wanted = (at: number): types.Type => callable.params[at] ?? callable.rest ?? types.any;
    const given = args.map((arg, at) => this.argument(arg, wanted(at), dot));
    if (final !== NONE) given.push(fitting(this.state, final, wanted(given.length)));
    try {
      return callable.run(given, this.room);
    } catch (cause) {
      if (!(cause instanceof TemplateError)) throw cause;
      this.state.node = place;
      return this.state.fail(`error calling ${name}: ${cause.message}`);
    }
  }

  /** An argument, as the type that the function wants; `undefined`: any, and what is missing may be missing. */
  private argument(node: Operand, wanted: types.Type | undefined, dot: Slot): Slot {
    const { state } = this;
    state.node = node;
    switch (node.type) {
      case "dot":
        return fitting(state, dot, wanted);
      case "nil":
        return nilAs(state, wanted);
      case "field":
        return fitting(state, this.field(node, dot, [], NONE), wanted);
      case "variable":
        return fitting(state, this.variable(node, dot, [], NONE), wanted);
      case "pipeline":
        return fitting(state, this.pipeline(node, dot), wanted);
      case "function":
        return fitting(state, this.function(node, node, dot, [], NONE), wanted);
      case "chain":
        return fitting(state, this.chain(node, dot, [], NONE), wanted);
      default:
        return this.literal(node, wanted ?? types.any, dot);
    }
  }

  private literal(node: Literal, wanted: types.Type, dot: Slot): Slot {
    const takesAny = wanted.kind === "interface" || wanted === types.reflectValue;
    return takesAny ? this.constant(node, dot) : literalAs(this.state, node, wanted);
  }
}
