import type { Metafile } from "esbuild";

/**
 * One file with everything a function loads at its start. esbuild makes a chunk for each set of entries that share
 * sources, and every `import()` is an entry: that was some fifty files at the start, each of which Node resolves, reads
 * and links by itself. Here every module that is imported on demand says that it needs the function's entry, which is
 * there by then, so that all of these sets are one.
 */

/** What the entry imports by statement, directly or not, by their paths in the metafile. */
export const startIn = ({ inputs }: Pick<Metafile, "inputs">, entry: string): ReadonlySet<string> => {
  const start = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (start.has(file)) continue;
    start.add(file);
    for (const { path, kind, external } of inputs[file]?.imports ?? [])
      if (kind !== "dynamic-import" && !external) open.push(path);
  }
  return start;
};

/** The ES modules that are imported on demand, by their paths in the metafile. */
export const onDemandIn = ({ inputs }: Pick<Metafile, "inputs">): ReadonlySet<string> => {
  const asked = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => kind === "dynamic-import" && !external).map(({ path }) => path),
  );
  // A statement would make an ES module of a CommonJS one.
  return new Set(asked.filter((path) => inputs[path]?.format === "esm"));
};

/** A module's text with the statement that it needs the entry. */
export const needing = (entry: string, text: string): string => `${text}\nimport ${JSON.stringify(entry)};\n`;
