import { TemplateError } from "./errors.ts";
import { type AnyNode, sourceOf } from "./nodes.ts";
import { quoted } from "./quote.ts";
import type { Slot } from "./slots.ts";

/** Where a run is: the template, its variables, and the node that an error is about. */

interface Variable {
  /** With its `$`. */
  readonly name: string;
  value: Slot;
}

/** Longest part of a template that a message quotes, in characters. */
const LONGEST_CONTEXT = 1000;

export class State {
  node: AnyNode | undefined;
  /** The template that runs. */
  template: string;
  variables: Variable[];
  private readonly name: string;
  private readonly source: string;

  constructor({ name, source }: { readonly name: string; readonly source: string }, data: Slot) {
    this.name = name;
    this.source = source;
    this.template = name;
    this.variables = [{ name: "$", value: data }];
  }

  fail(message: string): never {
    throw new TemplateError("run", this.locate(message), true);
  }

  /** An error without a place gets this one. */
  located(cause: unknown): unknown {
    if (!(cause instanceof TemplateError) || cause.located) return cause;
    return new TemplateError(cause.stage, this.locate(cause.message), true);
  }

  /** `template: t:1:2: executing "t" at <.x>: …`; the column is in bytes, from 0. */
  private locate(message: string): string {
    const { name, node, source, template } = this;
    if (!node) return `template: ${name}: ${message}`;
    const before = source.slice(0, node.at);
    const lines = before.split("\n");
    const column = Buffer.byteLength(lines.at(-1) ?? "");
    const context = sourceOf(node).slice(0, LONGEST_CONTEXT);
    return `template: ${name}:${lines.length}:${column}: executing ${quoted(template)} at <${context}>: ${message}`;
  }

  private find(name: string): Variable {
    return this.variables.findLast((variable) => variable.name === name) ?? this.fail(`undefined variable: ${name}`);
  }

  get(name: string): Slot {
    return this.find(name).value;
  }

  set(name: string, value: Slot): void {
    this.find(name).value = value;
  }

  declare(name: string, value: Slot): void {
    this.variables.push({ name, value });
  }

  /** The variable that was declared last, or as many before it. */
  setTop(back: number, value: Slot): void {
    const variable = this.variables.at(-back);
    if (variable) variable.value = value;
  }

  /** Variables that are declared by `work` are forgotten after it. */
  scoped<T>(work: () => T): T {
    const known = this.variables.length;
    const result = work();
    this.variables.length = known;
    return result;
  }
}
