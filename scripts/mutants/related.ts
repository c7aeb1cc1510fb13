import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Which tests play a file, the likeliest to notice a change first. */

/** The three forms of an import that names a file of ours. */
const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/** They start the product as a whole; what they play is played nearer by others. */
const LEFT_OUT = /^test\/(?:infra\/build|unit\/(?:local|cli)\/|.*demo)/;
/** They hold the tree, the stacks or documents against something, and seldom what a line does. */
const LAST = /^test\/(?:infra|architecture|clients)\//;
/** They play the recorded answers of a real server through every stage. */
const WIDE = /^test\/golden\//;

const importsOf = (folder: string, file: string): readonly string[] =>
  [...readFileSync(join(folder, file), "utf8").matchAll(IMPORT)].map(([, to = ""]) => join(file, "..", to));

/** Names that two paths share: the room, and the file's own. */
const shared = (a: string, b: string): number => {
  const names = new Set(b.split(/[/.]/));
  return a.split("/").filter((part) => names.has(part.replace(/\..*$/, ""))).length;
};

/** Given every source file of the project: for one of them, the tests that load it. */
export const createRelated = (folder: string, files: readonly string[]) => {
  const dependents = new Map<string, string[]>();
  for (const file of files.filter((name) => /\.ts$/.test(name))) {
    for (const to of importsOf(folder, file)) dependents.set(to, [...(dependents.get(to) ?? []), file]);
  }

  return (file: string): readonly string[] => {
    const distance = new Map([[file, 0]]);
    for (const [at, steps] of distance) {
      for (const next of dependents.get(at) ?? []) if (!distance.has(next)) distance.set(next, steps + 1);
    }
    const rank = (test: string): readonly number[] => [
      LAST.test(test) ? 1 : 0,
      -shared(test, file),
      WIDE.test(test) ? 0 : 1,
      distance.get(test) ?? 0,
    ];
    const ranked = [...distance.keys()]
      .filter((name) => name.endsWith(".test.ts") && !LEFT_OUT.test(name))
      .map((test) => ({ test, rank: rank(test) }));
    const before = (a: readonly number[], b: readonly number[]): number =>
      a.map((one, index) => one - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
    return ranked.sort((a, b) => before(a.rank, b.rank) || (a.test < b.test ? -1 : 1)).map(({ test }) => test);
  };
};
