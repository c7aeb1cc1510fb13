import type { Metafile } from "esbuild";

/** What is in a bundle: bytes and origins of what loads at the start, and of what loads on demand. */
export interface Inventory {
  readonly eager: Part;
  readonly lazy: Part;
}

export interface Part {
  /** Minified bytes of the output files. */
  readonly bytes: number;
  /** Bytes each package or folder of ours contributes, largest first: `@smithy/core`, `src/storage`. */
  readonly origins: Readonly<Record<string, number>>;
}

/** `node_modules/a/node_modules/@b/c/x.js` comes from `@b/c`; `src/storage/table.ts` from `src/storage`. */
export const originOf = (path: string): string => {
  const installed = path.lastIndexOf("node_modules/");
  if (installed < 0) return path.split("/").slice(0, 2).join("/").replace(/\.ts$/, "");
  const [scope = "", name = ""] = path.slice(installed + "node_modules/".length).split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
};

const isCode = (file: string): boolean => file.endsWith(".mjs");

/** Files, and everything they import by statement, directly or not. */
export const loadedAtOnce = (starts: readonly string[], outputs: Metafile["outputs"]): ReadonlySet<string> => {
  const seen = new Set<string>();
  const open = [...starts];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const next of outputs[file]?.imports ?? [])
      if (next.kind === "import-statement" && !next.external) open.push(next.path);
  }
  return seen;
};

/** Chunks made by `import()` have an entry point too; only the function's own is next to them, not among them. */
const isStart = (file: string, output: Metafile["outputs"][string] | undefined): boolean =>
  output?.entryPoint !== undefined && !file.includes("/chunks/");

const MADE = /^(?:builtin|elsewhere):/;

const partOf = (outputs: Metafile["outputs"], files: readonly string[]): Part => {
  const origins = new Map<string, number>();
  let bytes = 0;
  for (const file of files) {
    const output = outputs[file];
    bytes += output?.bytes ?? 0;
    for (const [path, input] of Object.entries(output?.inputs ?? {})) {
      // What the build itself wrote comes from nowhere.
      if (MADE.test(path)) continue;
      const origin = originOf(path);
      origins.set(origin, (origins.get(origin) ?? 0) + input.bytesInOutput);
    }
  }
  const sorted = [...origins].filter(([, size]) => size > 0).sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return { bytes, origins: Object.fromEntries(sorted) };
};

/** Reads esbuild's metafile. */
export const inventoryOf = ({ outputs }: Pick<Metafile, "outputs">): Inventory => {
  const code = Object.keys(outputs).filter(isCode);
  const eager = loadedAtOnce(
    code.filter((file) => isStart(file, outputs[file])),
    outputs,
  );
  return {
    eager: partOf(
      outputs,
      code.filter((file) => eager.has(file)),
    ),
    lazy: partOf(
      outputs,
      code.filter((file) => !eager.has(file)),
    ),
  };
};

/** The committed form: names only, so that it changes with a dependency and not with every line of code. */
export const printInventory = (inventory: Inventory): string => {
  const names = (part: Part) =>
    Object.keys(part.origins)
      .sort((a, b) => a.localeCompare(b))
      .map((name) => `  ${name}\n`)
      .join("");
  return `at start\n${names(inventory.eager)}on demand\n${names(inventory.lazy)}`;
};
