import { type Bounds, makeRoom } from "./bounds.ts";
import { quote, unrunnable } from "./errors.ts";
import type { Command, List, Node, Operand, Pipeline } from "./nodes.ts";
import type { Parsed } from "./parser.ts";
import { isTrue, sortedEntries, textOf } from "./text.ts";
import * as types from "./types.ts";
import { isList, isMap, type TemplateFunction, typeName, typeOf, type Value } from "./values.ts";

/** Runs a template over data. Source: Go's text/template, `exec.go`. */

export interface Scene {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly bounds: Bounds;
  /** What a missing member of a map is: `<no value>` in the output, or an error. */
  readonly missing: "no value" | "error";
}

type Flow = "on" | "break" | "continue";

export const run = ({ main, named }: Parsed, { functions, bounds, missing }: Scene, data: Value): string => {
  const room = makeRoom(bounds, (name, given) => {
    const outer = output;
    output = [];
    deeper(() => include(name, given));
    const made = output.join("");
    output = outer;
    return made;
  });
  let output: string[] = [];
  let written = 0;
  let depth = 0;
  let variables: { readonly name: string; value: Value }[] = [{ name: "", value: data }];

  const write = (text: string): void => {
    written += text.length;
    if (written > bounds.output) unrunnable(`it makes more than ${bounds.output} characters`);
    output.push(text);
  };

  /** A text that came from data or from a function is held to the same bound as one that was made here. */
  const held = (value: Value): Value => {
    room.step();
    if (typeof value === "string") room.text(value.length);
    return value;
  };

  const member = (of: Value, name: string, args: readonly Value[]): Value => {
    if (of === undefined && missing === "no value" && args.length === 0) return undefined;
    if (of === undefined) return unrunnable(`nil pointer evaluating interface {}.${name}`);
    if (!isMap(of)) return unrunnable(`can't evaluate field ${name} in type ${typeName(of)}`);
    const value = of.get(name);
    if (value === undefined && !of.has(name) && missing === "error") return unrunnable(`can't evaluate field ${name}`);
    if (args.length > 0) return unrunnable(`${name} has arguments but cannot be invoked as function`);
    return held(value);
  };

  const fits = (value: Value, wanted: types.Type): void => {
    const type = typeOf(value);
    if (type === undefined && !types.takesNil(wanted)) unrunnable(`invalid value; expected ${wanted.name}`);
    if (type && !types.isAssignable(type, wanted))
      unrunnable(`wrong type for value; expected ${wanted.name}; got ${type.name}`);
  };

  const invoke = (name: string, args: readonly Value[]): Value => {
    const known = functions.get(name) ?? unrunnable(`function ${quote(name)} not defined`);
    if (args.length < known.params.length || (!known.rest && args.length > known.params.length)) {
      const want = known.rest ? `at least ${known.params.length}` : `${known.params.length}`;
      return unrunnable(`wrong number of args for ${name}: want ${want} got ${args.length}`);
    }
    args.forEach((arg, at) => {
      fits(arg, known.params[at] ?? known.rest ?? types.any);
    });
    return held(known.run(args, room));
  };

  /** `and` and `or` look at no more of their arguments than they need. */
  const choose = (name: "and" | "or", args: readonly Operand[], piped: readonly Value[], dot: Value): Value => {
    if (args.length + piped.length === 0) return unrunnable(`wrong number of args for ${name}: want at least 1 got 0`);
    let value: Value;
    for (const arg of args) {
      value = evaluate(arg, [], dot);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  };

  const alone = (value: Value, args: readonly Value[], what: string): Value =>
    args.length > 0 ? unrunnable(`can't give argument to non-function ${what}`) : held(value);

  /** Blocks, parentheses and templates within each other count together: they share one stack. */
  const deeper = <T>(work: () => T): T => {
    depth += 1;
    if (depth > bounds.depth) unrunnable(`it is nested deeper than ${bounds.depth}`);
    const result = work();
    depth -= 1;
    return result;
  };

  /** An operand, given arguments if it comes first in a command. */
  const evaluate = (operand: Operand, args: readonly Value[], dot: Value): Value => {
    switch (operand.type) {
      case "value":
        return alone(operand.value, args, typeName(operand.value));
      case "nil":
        return alone(undefined, args, "nil");
      case "dot":
        return alone(dot, args, ".");
      case "variable":
        return alone(variables.findLast(({ name }) => name === operand.name)?.value, args, `$${operand.name}`);
      case "function":
        if (operand.name === "and" || operand.name === "or") return choose(operand.name, [], args, dot);
        return invoke(operand.name, args);
      case "pipeline":
        return alone(
          deeper(() => value(operand.pipeline, dot)),
          args,
          "(...)",
        );
      case "fields": {
        const last = operand.names.length - 1;
        return operand.names.reduce<Value>(
          (of, name, index) => member(of, name, index === last ? args : []),
          evaluate(operand.of, [], dot),
        );
      }
    }
  };

  const command = ({ first, args }: Command, piped: readonly Value[], dot: Value): Value => {
    if (first.type === "function" && (first.name === "and" || first.name === "or"))
      return held(choose(first.name, args, piped, dot));
    if (first.type === "nil") return unrunnable("nil is not a command");
    return evaluate(first, [...args.map((arg) => evaluate(arg, [], dot)), ...piped], dot);
  };

  const value = ({ commands, variables: names, declares }: Pipeline, dot: Value): Value => {
    let result: Value;
    for (const [index, one] of commands.entries()) result = command(one, index > 0 ? [result] : [], dot);
    for (const name of names) set(name, declares, result);
    return result;
  };

  const set = (name: string, declares: boolean, to: Value): void => {
    const known = declares ? undefined : variables.findLast((variable) => variable.name === name);
    if (known) known.value = to;
    else variables.push({ name, value: to });
  };

  const scoped = <T>(work: () => T): T => {
    const outside = variables.length;
    const result = work();
    variables.length = outside;
    return result;
  };

  const members = (over: Value): Iterable<readonly [Value, Value]> => {
    if (over === undefined) return [];
    if (isList(over)) return indexed(over);
    if (isMap(over)) return sortedEntries(over);
    return typeof over === "bigint" ? upTo(over) : unrunnable(`range can't iterate over a ${typeName(over)}`);
  };

  const loop = ({ pipeline, then, otherwise }: Extract<Node, { type: "range" | "if" | "with" }>, dot: Value): Flow => {
    const over = value({ ...pipeline, variables: [] }, dot);
    let any = false;
    for (const [key, item] of members(over)) {
      any = true;
      room.step();
      const flow = scoped(() => {
        const [first, second] = pipeline.variables;
        // With one variable it is the element, except over a number, where both are the same.
        if (second !== undefined) set(second, pipeline.declares, item);
        if (first !== undefined) set(first, pipeline.declares, second === undefined ? item : key);
        return walk(then, item);
      });
      if (flow === "break") break;
    }
    return any ? "on" : scoped(() => walk(otherwise, dot));
  };

  const include = (name: string, given: Value): void => {
    const body = named.get(name) ?? unrunnable(`template ${quote(name)} not defined`);
    const outside = variables;
    variables = [{ name: "", value: given }];
    walk(body, given);
    variables = outside;
  };

  const visit = (node: Node, dot: Value): Flow => {
    room.step();
    switch (node.type) {
      case "text":
        write(node.text);
        return "on";
      case "action": {
        const result = value(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) write(result === undefined ? "<no value>" : textOf(result, room));
        return "on";
      }
      case "if":
      case "with":
        return scoped(() => {
          const result = value(node.pipeline, dot);
          const inner = node.type === "with" ? result : dot;
          return isTrue(result) ? walk(node.then, inner) : walk(node.otherwise, dot);
        });
      case "range":
        return scoped(() => loop(node, dot));
      case "template":
        include(node.name, node.pipeline ? value(node.pipeline, dot) : undefined);
        return "on";
      default:
        return node.type;
    }
  };

  const walk = (nodes: List, dot: Value): Flow =>
    deeper(() => {
      for (const node of nodes) {
        const flow = visit(node, dot);
        if (flow !== "on") return flow;
      }
      return "on";
    });

  walk(main, data);
  return output.join("");
};

function* upTo(count: bigint): Iterable<readonly [bigint, bigint]> {
  for (let index = 0n; index < count; index += 1n) yield [index, index];
}

function* indexed(list: readonly Value[]): Iterable<readonly [bigint, Value]> {
  for (const [index, item] of list.entries()) yield [BigInt(index), item];
}
