import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The product's source as text, for rules that are read off it. */

export interface Source {
  /** From the repository's root. */
  readonly file: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

const sourcesIn = (room: string): readonly Source[] =>
  readdirSync(`${root}/${room}`, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name): Source => {
      const text = readFileSync(`${root}/${room}/${name}`, "utf8");
      return { file: `${room}/${name}`, text, code: withoutComments(text) };
    });

/** Everything that may be deployed or run by an operator: `src`, `lambdas`, `lib`, `bin`. */
export const productSources: readonly Source[] = ["src", "lambdas", "lib", "bin"].flatMap(sourcesIn);

/** The web page: it runs in browsers, by rules of its own. */
export const pageSources: readonly Source[] = sourcesIn("ui");

/** What tests and scripts are made of. */
export const toolSources: readonly Source[] = ["scripts", "test"].flatMap(sourcesIn);
