import { readFileSync, writeFileSync } from "node:fs";
import peggy from "peggy";

/**
 * Turns `src/hcl/hcl.peggy` into `src/hcl/hcl-grammar.js`, a parser without run-time dependencies. Run with
 * `npx tsx scripts/build-grammar.ts` after every change of the grammar; a test compares the two files.
 *
 * Our messages say where a text goes wrong and what stands there. What the parser would have taken in its place is cut
 * out of it: a quarter of what a browser loads to judge policies, and kept up to date at every character.
 */

const folder = new URL("../src/hcl/", import.meta.url);
export const grammarSource = new URL("hcl.peggy", folder);
export const generatedParser = new URL("hcl-grammar.js", folder);

/** What is cut out of what Peggy writes, and what is left in its place. */
const CUTS: readonly (readonly [cut: RegExp, left: string])[] = [
  [/\n\n {2}format\(sources\) \{\n[\s\S]*?\n {2}\}\n\n {2}static buildMessage[\s\S]*?\n {2}\}(?=\n\})/g, ""],
  [/ {2}const peg\$e\d+ = .*\n/g, ""],
  [/(?<=peg\$fail\()peg\$(?:e\d+|endExpectation\(\))(?=\))/g, ""],
  [/ {2}function (?:peg\$\w+Expectation|expected)\([\s\S]*?\n {2}\}\n\n/g, ""],
  [/(?<=function peg\$fail\()expected(?=\))/g, ""],
  [/\n\n {4}peg\$maxFailExpected\.push\(expected\);/g, ""],
  [/peg\$SyntaxError\.buildMessage\(expected, found\)/g, '"unexpected"'],
];

/** The text that `hcl-grammar.js` must have. */
export const buildGrammar = (): string => {
  const whole = peggy.generate(readFileSync(grammarSource, "utf8"), {
    allowedStartRules: ["Hcl", "Json"],
    format: "es",
    output: "source",
  });
  return CUTS.reduce((text, [cut, left]) => {
    const rest = text.replace(cut, () => left);
    if (rest === text) throw new Error(`Peggy no longer writes ${cut}`);
    return rest;
  }, whole);
};

if (process.argv[1]?.endsWith("build-grammar.ts")) writeFileSync(generatedParser, buildGrammar());
