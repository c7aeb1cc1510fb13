import type { Metafile } from "esbuild";
import { FUNCTIONS } from "../../src/contract/functions.ts";
import { bundle } from "../build/bundle.ts";
import { buildFunction } from "../build/function.ts";
import { inventoryOf } from "../build/inventory.ts";
import { type Figure, figure } from "./figures.ts";

/** Builds every function as `npm run build` does, into a folder of its own, and tells how large it is. */

const KILOBYTE = 1024;
/** KB at the start, of any function. */
const START_BUDGET = 340;

export interface Built {
  readonly figures: readonly Figure[];
  /** Names of the functions that were built into `<outdir>/<name>/index.mjs`. */
  readonly names: readonly string[];
  /** The chunk with the engine that `kv` loads with its first request. */
  readonly kvEngine: string;
}

/** The output that an `import()` of a source became. */
const chunkOf = ({ outputs }: Metafile, source: string): string => {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source)?.[0];
  if (found === undefined) throw new Error(`no chunk begins with ${source}`);
  return found;
};

export const buildFunctions = async (root: string, outdir: string): Promise<Built> => {
  const figures: Figure[] = [];
  let kvEngine = "";
  for (const name of [...FUNCTIONS].sort()) {
    const { metafile } = await buildFunction(name, { root, outdir: `${outdir}/${name}` });
    const { eager, lazy } = inventoryOf(metafile);
    figures.push(
      figure(`bundle ${name}, at start`, Math.round(eager.bytes / KILOBYTE), "KB", START_BUDGET),
      figure(`bundle ${name}, on demand`, Math.round(lazy.bytes / KILOBYTE), "KB"),
    );
    if (name === "kv") kvEngine = chunkOf(metafile, "src/engines/kv/backend.ts");
  }
  for (const name of ["clients-only", "own-clients", "nothing"]) {
    await bundle({ root, entry: `scripts/bench/${name}.ts`, outdir: `${outdir}/${name}` });
  }
  return { figures, names: FUNCTIONS, kvEngine };
};
