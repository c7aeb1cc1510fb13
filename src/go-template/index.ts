import type { Bounds } from "./bounds.ts";
import { BUILTINS, OWN } from "./builtins.ts";
import type { Missing } from "./fields.ts";
import { parse } from "./parser.ts";
import { run } from "./run.ts";
import type { Delimiters } from "./tokens.ts";
import type { TemplateFunction, Value } from "./values.ts";

/**
 * Templates in Go's language, as Vault's operators write them: for names of database users, and for what an agent
 * renders. It trusts the functions it is given to ask for room before they build a text. It must never run without
 * bounds, and never let a template reach anything but the data and functions it was handed.
 */

export type { Bounds } from "./bounds.ts";
export { bytesOfText, isText, joined, textOfBytes, wellFormed } from "./bytes.ts";
export { floatText, formatFloat } from "./digits.ts";
export { duration, durationText } from "./duration.ts";
export { TemplateError, unrunnable } from "./errors.ts";
export * from "./function.ts";
export { jsonNumber } from "./json-number.ts";
export { hexFraction } from "./numbers.ts";
export { sprintf, strictPrintf, textOf } from "./printf.ts";
export { quoted } from "./quote.ts";
export { occurrences, replaceEach } from "./replace.ts";
export { compareText } from "./sorted.ts";
export type { Delimiters } from "./tokens.ts";
export * as types from "./types.ts";
export * from "./values.ts";

export interface TemplateOptions {
  /** What errors call it; Vault's own name for a template where none is given. */
  readonly name?: string | undefined;
  /** Functions besides Go's own, by name; they go before Go's. */
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  readonly bounds: Bounds;
  /**
   * What a missing member of a map is: `<no value>`, as Go has it; the zero of the map's type, whose own members are an
   * error, as consul-template has it; or an error.
   */
  readonly missing: Missing;
  /** Around actions, in place of `{{` and `}}`. */
  readonly delimiters?: Delimiters | undefined;
}

export interface Template {
  /** `functions`: the same ones, made for this run; absent: those it was read with. Throws `TemplateError`. */
  render(data: Value, functions?: TemplateOptions["functions"]): string;
}

const builtins = new Map([...BUILTINS, ...OWN]);

/** Throws `TemplateError` for what cannot be read. */
export const parseTemplate = (source: string, options: TemplateOptions): Template => {
  const { name = "template", bounds, delimiters, missing } = options;
  const known = new Map(Object.entries(options.functions));
  const names = new Set([...builtins.keys(), ...known.keys()]);
  const parsed = parse(source, { name, functions: names, bounds, delimiters });
  return {
    render: (data, given) => {
      const functions = given ? new Map(Object.entries(given)) : known;
      return run(parsed, { builtins, functions, missing }, bounds, data);
    },
  };
};
