import type { HclBody } from "./hcl.ts";

/** Generated from hcl.peggy by scripts/build-grammar.ts; the shape of what comes out is described in hcl.ts. */
declare class GrammarError extends Error {
  readonly found: string | null;
  readonly expected: readonly unknown[] | null;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

export { GrammarError as SyntaxError };

export declare const parse: (
  text: string,
  options: {
    readonly startRule: "Hcl" | "Json";
    readonly maxDepth: number;
    readonly lineAt: (offset: number) => number;
  },
) => HclBody;
