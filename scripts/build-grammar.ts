import { readFileSync, writeFileSync } from "node:fs";
import peggy from "peggy";

/**
 * Turns `src/hcl/hcl.peggy` into `src/hcl/hcl-grammar.js`, a parser without run-time dependencies. Run with
 * `npx tsx scripts/build-grammar.ts` after every change of the grammar; a test compares the two files.
 */

const folder = new URL("../src/hcl/", import.meta.url);
export const grammarSource = new URL("hcl.peggy", folder);
export const generatedParser = new URL("hcl-grammar.js", folder);

/** The text that `hcl-grammar.js` must have. */
export const buildGrammar = (): string =>
  peggy.generate(readFileSync(grammarSource, "utf8"), {
    allowedStartRules: ["Hcl", "Json"],
    format: "es",
    output: "source",
  });

if (process.argv[1]?.endsWith("build-grammar.ts")) writeFileSync(generatedParser, buildGrammar());
