import { utf8Length } from "../std/utf8.ts";
import { SyntaxError as GrammarError, parse as parseGrammar } from "./hcl-grammar.js";

/**
 * Reads HCL version 1 and its JSON form into one tree: the language of ACL policies, password policies and the agent's
 * configuration. It trusts nothing: size and nesting are bounded before the parser can recurse, keys stay entries of a
 * list and never become properties of an object, and nothing in the text is evaluated.
 *
 * Source: github.com/hashicorp/hcl, version 1 (`hcl/scanner`, `hcl/parser`).
 */

export interface HclItem {
  readonly key: string;
  /** `path "a" { }` has the label `a`; in JSON labels are keys of nested objects (see `blocksOf`). */
  readonly labels: readonly string[];
  readonly value: HclValue;
  /** Position of the key, counted from 1. */
  readonly line: number;
  /** Position of the `=` (or JSON's `:`); 0 for a block. */
  readonly assignLine: number;
}
export interface HclBody {
  readonly kind: "body";
  readonly items: readonly HclItem[];
}
export type HclValue =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: number; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "list"; readonly items: readonly HclValue[] }
  | HclBody;

/** A block with its labels resolved, whichever way it was written. */
export interface HclBlock {
  readonly labels: readonly string[];
  readonly value: HclValue;
  readonly line: number;
}

/** The text is not HCL; the message says where, as `At line:column: ...`. */
export class HclError extends Error {
  override readonly name = "HclError";
}

export interface HclLimits {
  /** UTF-8 bytes. */
  readonly maxBytes?: number;
  /** Braces and brackets inside one another. */
  readonly maxDepth?: number;
}

const DEFAULT_BYTES = 102_400;
const DEFAULT_DEPTH = 64;

const lineFinder = (text: string): ((offset: number) => number) => {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
};

const describe = (error: GrammarError): string => {
  const { line, column } = error.location.start;
  if (error.expected === null) return `At ${line}:${column}: ${error.message}`;
  const found = error.found === null ? "end of text" : JSON.stringify(error.found);
  return `At ${line}:${column}: unexpected ${found}`;
};

/**
 * Parses HCL, or JSON where the first character is `{`. Throws `HclError`: with line and column for a syntax error,
 * without for a text over the limits (default 100 KiB, 64 levels).
 */
export const parseHcl = (text: string, limits: HclLimits = {}): HclBody => {
  const { maxBytes = DEFAULT_BYTES, maxDepth = DEFAULT_DEPTH } = limits;
  if (text.length > maxBytes || utf8Length(text) > maxBytes) throw new HclError(`larger than ${maxBytes} bytes`);
  const startRule = /^\s*\{/.test(text) ? "Json" : "Hcl";
  try {
    return parseGrammar(text, { startRule, maxDepth, lineAt: lineFinder(text) });
  } catch (error) {
    if (error instanceof GrammarError) throw new HclError(describe(error), { cause: error });
    throw error;
  }
};

const descend = (block: HclBlock, labels: number): HclBlock[] => {
  if (block.labels.length >= labels) return [block];
  if (block.value.kind === "list") return block.value.items.flatMap((value) => descend({ ...block, value }, labels));
  if (block.value.kind !== "body") return [block];
  return block.value.items.flatMap((item) =>
    descend({ labels: [...block.labels, item.key, ...item.labels], value: item.value, line: item.line }, labels),
  );
};

/**
 * All blocks `key` of a body that carry this many labels: `rule "charset" { }` in HCL, `{"rule": {"charset": { }}}` and
 * `{"rule": [{"charset": { }}]}` in JSON. A block that lacks labels comes back with those it has.
 */
export const blocksOf = (body: HclBody, key: string, labels: number): HclBlock[] =>
  body.items
    .filter((item) => item.key === key)
    .flatMap((item) => descend({ labels: item.labels, value: item.value, line: item.line }, labels));

/** The value of an attribute; the last one if it occurs twice. */
export const attributeOf = (body: HclBody, key: string): HclValue | undefined =>
  body.items.findLast((item) => item.key === key)?.value;
