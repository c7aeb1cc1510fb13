import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Imports by way of a folder's index, written as imports of the files behind it. For esbuild all files behind an
 * index belong to whatever imports the index, so that the schemas of backends would be part of every start.
 */

/** Where each name of an index comes from, and as what. */
type Names = ReadonlyMap<string, { readonly file: string; readonly name: string }>;

const STATEMENT = /\bimport \{([^}]*)\} from "(\.[^"]*\/index\.ts)";/g;
const BEHIND = /^export (?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"]+)";/gm;

const specifiers = (list: string): readonly string[] =>
  list
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && !one.startsWith("type "));

/** `a as b`: what is exported, and what it is called here. */
const halves = (specifier: string): readonly [from: string, to: string] => {
  const [from = "", to = from] = specifier.split(" as ");
  return [from, to];
};

const readNames = async (index: string): Promise<Names> => {
  const names = new Map<string, { file: string; name: string }>();
  for (const [, list, whole, from = ""] of (await readFile(index, "utf8")).matchAll(BEHIND)) {
    const file = join(dirname(index), from);
    if (whole !== undefined) names.set(whole, { file, name: "*" });
    for (const [name, called] of specifiers(list ?? "").map(halves)) names.set(called, { file, name });
  }
  return names;
};

/** Rewrites the text of a module. A name that the index makes itself is still imported from there. */
export const createBarrels = (): ((path: string, text: string) => Promise<string>) => {
  const known = new Map<string, Promise<Names>>();
  const namesOf = (index: string): Promise<Names> => {
    const names = known.get(index) ?? readNames(index);
    known.set(index, names);
    return names;
  };
  const imported = (names: Names, index: string, specifier: string): string => {
    const [name, called] = halves(specifier);
    const behind = names.get(name);
    const file = JSON.stringify(behind?.file ?? index);
    if (behind?.name === "*") return `import * as ${called} from ${file};`;
    return `import { ${behind?.name ?? name} as ${called} } from ${file};`;
  };
  return async (path, text) => {
    const statements = [...text.matchAll(STATEMENT)];
    const written = await Promise.all(
      statements.map(async ([, list = "", from = ""]) => {
        const index = join(dirname(path), from);
        const names = await namesOf(index);
        return specifiers(list)
          .map((specifier) => imported(names, index, specifier))
          .join("");
      }),
    );
    return text.replace(STATEMENT, () => written.shift() ?? "");
  };
};
