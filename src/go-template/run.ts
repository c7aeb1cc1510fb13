import { type Bounds, makeRoom } from "./bounds.ts";
import { TemplateError } from "./errors.ts";
import { Evaluator, type Scene } from "./evaluate.ts";
import type { ActionNode, Branch, List, Node, TemplateNode } from "./nodes.ts";
import { sourceOf } from "./nodes.ts";
import type { Parsed } from "./parser.ts";
import { sprint } from "./printf.ts";
import { quoted } from "./quote.ts";
import { placed, type Slot, slotTypeName } from "./slots.ts";
import { sortedEntries } from "./sorted.ts";
import { State } from "./state.ts";
import { isTrue } from "./truth.ts";
import * as types from "./types.ts";
import {
  bare,
  isList,
  isMap,
  Pointer,
  type Room,
  Scalar,
  TemplateFunction,
  typeName,
  typeOf,
  type Value,
  wholeOf,
} from "./values.ts";

/** Runs a template over data. Source: Go's text/template, `exec.go`. */

export type { Scene } from "./evaluate.ts";

/** Deepest that functions of the host run templates within each other: each names its place in the error of the last. */
const MOST_EXECUTED = 64;

type Flow = "on" | "break" | "continue";

class Run {
  private readonly parsed: Parsed;
  private readonly bounds: Bounds;
  private readonly room: Room;
  private readonly state: State;
  private readonly evaluator: Evaluator;
  private output: string[] = [];
  private written = 0;
  private depth = 0;
  private executed = 0;

  constructor(parsed: Parsed, scene: Scene, bounds: Bounds, data: Value) {
    this.parsed = parsed;
    this.bounds = bounds;
    this.room = makeRoom(bounds, (name, dot) => this.execute(name, dot));
    this.state = new State(parsed, data);
    this.evaluator = new Evaluator(this.state, scene, this.room);
  }

  text(data: Value): string {
    try {
      const main = this.parsed.named.get(this.parsed.name);
      if (main) this.list(main, data);
    } catch (cause) {
      throw this.state.located(cause);
    }
    return this.output.join("");
  }

  /** What a template makes, for a function of the host. */
  private execute(name: string, dot: Value): string {
    const list = this.parsed.named.get(name);
    if (!list)
      throw new TemplateError(
        "run",
        `template: no template of that name associated with template ${quoted(this.parsed.name)}`,
      );
    const most = Math.min(MOST_EXECUTED, this.bounds.depth);
    if (this.executed >= most) this.state.fail(`exceeded maximum template depth (${most})`);
    const { output } = this;
    this.output = [];
    this.executed += 1;
    this.include(name, list, dot);
    this.executed -= 1;
    const made = this.output.join("");
    this.output = output;
    return made;
  }

  private write(text: string): void {
    this.written += text.length;
    if (this.written > this.bounds.output) this.state.fail(`it makes more than ${this.bounds.output} characters`);
    this.output.push(text);
  }

  private list({ nodes }: List, dot: Slot): Flow {
    this.depth += 1;
    if (this.depth > this.bounds.depth) this.state.fail(`it is nested deeper than ${this.bounds.depth}`);
    let flow: Flow = "on";
    for (const node of nodes) {
      flow = this.visit(node, dot);
      if (flow !== "on") break;
    }
    this.depth -= 1;
    return flow;
  }

  private visit(node: Node, dot: Slot): Flow {
    this.state.node = node;
    this.room.step();
    switch (node.type) {
      case "text":
        this.write(node.text);
        return "on";
      case "action":
        this.action(node, dot);
        return "on";
      case "if":
      case "with":
        return this.state.scoped(() => this.condition(node, dot));
      case "range":
        return this.state.scoped(() => this.loop(node, dot));
      case "template":
        this.template(node, dot);
        return "on";
      default:
        return node.type;
    }
  }

  private action(node: ActionNode, dot: Slot): void {
    const value = this.evaluator.pipeline(node.pipeline, dot);
    if (node.pipeline.variables.length > 0) return;
    this.state.node = node;
    this.write(this.printed(value, node));
  }

  private printed(value: Value, node: Node): string {
    if (value === undefined) return "<no value>";
    if (typeof value === "string") return value;
    if (value instanceof TemplateFunction)
      return this.state.fail(`can't print ${sourceOf(node)} of type ${typeName(value)}`);
    return sprint([value instanceof Pointer ? (value.to ?? value) : value], this.room);
  }

  private condition(node: Branch, dot: Slot): Flow {
    const value = this.evaluator.pipeline(node.pipeline, dot);
    if (isTrue(value)) return this.list(node.then, node.type === "with" ? value : dot);
    return node.otherwise ? this.list(node.otherwise, dot) : "on";
  }

  private loop(node: Branch, dot: Slot): Flow {
    const found = this.evaluator.pipeline(node.pipeline, dot);
    const value = found instanceof Pointer ? (found.to ?? found) : found;
    let any = false;
    for (const [key, item] of this.members(value, node)) {
      any = true;
      this.room.step();
      this.setLoopVariables(node, key, item);
      const flow = this.state.scoped(() => this.list(node.then, item));
      if (flow === "break") break;
    }
    if (any || !node.otherwise) return "on";
    return this.list(node.otherwise, dot);
  }

  /** With one variable it is the element. */
  private setLoopVariables({ pipeline }: Branch, key: Slot, item: Slot): void {
    const { state } = this;
    const [first, second] = pipeline.variables;
    if (!first) return;
    if (pipeline.assigns) {
      state.set(first.name, second ? key : item);
      if (second) state.set(second.name, item);
      return;
    }
    state.setTop(1, item);
    if (second) state.setTop(2, key);
  }

  private members(value: Value, node: Branch): Iterable<readonly [Slot, Slot]> {
    if (value === undefined) return [];
    if (isMap(value)) return entries(value);
    if (isList(value)) return items(value);
    if (value instanceof Uint8Array) return bytes(value);
    const count = bare(value);
    if (typeof count !== "bigint") return this.state.fail(`range can't iterate over ${slotTypeName(value)}`);
    if (node.pipeline.variables.length > 1)
      this.state.fail(`can't use ${slotTypeName(value)} to iterate over more than one variable`);
    return upTo(count, typeOf(value) ?? types.int);
  }

  private template(node: TemplateNode, dot: Slot): void {
    const list = this.parsed.named.get(node.name);
    const known = list ?? this.state.fail(`template ${quoted(node.name)} not defined`);
    this.deepen();
    const given = node.pipeline ? this.evaluator.pipeline(node.pipeline, dot) : undefined;
    this.include(node.name, known, given);
  }

  private deepen(): void {
    const { depth } = this.bounds;
    if (this.depth >= depth) this.state.fail(`exceeded maximum template depth (${depth})`);
  }

  /** Runs a template that sees no variable but `$`. */
  private include(name: string, list: List, dot: Slot): void {
    const { state } = this;
    const { node, template, variables } = state;
    state.template = name;
    state.variables = [{ name: "$", value: dot }];
    try {
      this.list(list, dot);
    } catch (cause) {
      throw state.located(cause);
    } finally {
      state.node = node;
      state.template = template;
      state.variables = variables;
    }
  }
}

function* upTo(count: bigint, type: types.Type): Iterable<readonly [Slot, Slot]> {
  for (let index = 0n; index < count; index += 1n) yield [undefined, wholeOf(type, index)];
}

function* items(list: readonly Value[]): Iterable<readonly [Slot, Slot]> {
  const element = typeOf(list)?.element;
  for (const [index, item] of list.entries()) yield [BigInt(index), placed(item, element)];
}

function* bytes(value: Uint8Array): Iterable<readonly [Slot, Slot]> {
  for (const [index, byte] of value.entries()) yield [BigInt(index), new Scalar(types.uint8, BigInt(byte))];
}

function* entries(map: Parameters<typeof sortedEntries>[0]): Iterable<readonly [Slot, Slot]> {
  const type = typeOf(map);
  for (const [key, item] of sortedEntries(map)) yield [placed(key, type?.key), placed(item, type?.element)];
}

/** Throws `TemplateError`, with Go's texts but without the values they would show. */
export const run = (parsed: Parsed, scene: Scene, bounds: Bounds, data: Value): string =>
  new Run(parsed, scene, bounds, data).text(data);
