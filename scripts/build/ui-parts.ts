import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Plugin } from "esbuild";

/**
 * What the first load needs takes parts of the kit from their own files, in place of the kit's index. esbuild puts all
 * that an index names into the chunk of whoever imports the index; so the first load would hold every part that any page
 * needs, and a page is what people wait for.
 */

const KIT = "ui/kit/index.ts";
/** What is loaded at the start, or may be. */
const EARLY = /\/ui\/(?:main\.tsx|shell\/|client\/|kit\/|pages\/sign-in\/)/;

/** By exported name, its file below `ui/kit/`. */
const partsOf = (index: string): ReadonlyMap<string, string> =>
  new Map(
    [...index.matchAll(/export (?:type )?\{([^}]*)\} from "\.\/([^"]+)"/g)].flatMap(([, names = "", file = ""]) =>
      names
        .split(",")
        .map((name) => name.replace(/^\s*(?:type )?/, "").trim())
        .filter((name) => name !== "")
        .map((name) => [name, file] as const),
    ),
  );

const IMPORT = /import (type )?\{([^}]*)\} from "([^"]*\/kit\/index\.ts)";/g;

/** Rewrites the imports of one file. Throws for a name that the kit does not have. */
const direct = (text: string, folder: string, parts: ReadonlyMap<string, string>, kit: string): string =>
  text.replace(IMPORT, (_, type: string | undefined, names: string) =>
    names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => {
        const file = parts.get(name.replace(/^type /, "").replace(/ as .*/, ""));
        if (file === undefined) throw new Error(`the kit has no ${name}`);
        const path = relative(folder, join(kit, file));
        return `import ${type ?? ""}{ ${name} } from "${path.startsWith(".") ? path : `./${path}`}";`;
      })
      .join(" "),
  );

/** `also`: what is to be done with a text besides. */
export const earlyParts = (root: string, also = (_path: string, text: string): string => text): Plugin => ({
  name: "early-parts",
  setup: ({ onLoad, onStart }) => {
    let parts: ReadonlyMap<string, string> = new Map();
    onStart(async () => {
      parts = partsOf(await readFile(join(root, KIT), "utf8"));
    });
    onLoad({ filter: EARLY }, async ({ path }) => {
      if (path.endsWith(KIT) || !/\.tsx?$/.test(path)) return undefined;
      const text = also(path, await readFile(path, "utf8"));
      const contents = direct(text, dirname(path), parts, dirname(join(root, KIT)));
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
});
