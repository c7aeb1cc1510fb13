import type { Bounds } from "./bounds.ts";
import { BUILTINS } from "./builtins.ts";
import { parse } from "./parser.ts";
import { run } from "./run.ts";
import type { TemplateFunction, Value } from "./values.ts";

/**
 * Templates in Go's language, as Vault's operators write them: for names of database users, and for what an agent
 * renders. It trusts the functions it is given to ask for room before they build a text. It must never run without
 * bounds, and never let a template reach anything but the data and functions it was handed.
 */

export type { Bounds } from "./bounds.ts";
export { bytesOfText, isText, joined, textOfBytes, wellFormed } from "./bytes.ts";
export { TemplateError, unrunnable } from "./errors.ts";
export * from "./function.ts";
export { isTrue, textOf } from "./text.ts";
export * as types from "./types.ts";
export * from "./values.ts";

export interface TemplateOptions {
  /** Functions besides Go's own, by name. */
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  readonly bounds: Bounds;
  /** What a missing member of a map is: `<no value>`, as in Go, or an error. */
  readonly missing: "no value" | "error";
}

export interface Template {
  /** `functions`: the same ones, made for this run; absent: those it was read with. Throws `TemplateError`. */
  render(data: Value, functions?: TemplateOptions["functions"]): string;
}

/** Throws `TemplateError` for what cannot be read. */
export const parseTemplate = (source: string, options: TemplateOptions): Template => {
  const names = [...Object.keys(BUILTINS), ...Object.keys(options.functions), "and", "or"];
  const parsed = parse(source, new Set(names), options.bounds);
  return {
    render: (data, functions = options.functions) =>
      run(parsed, { ...options, functions: new Map(Object.entries({ ...BUILTINS, ...functions })) }, data),
  };
};
