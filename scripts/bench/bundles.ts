import { readdir } from "node:fs/promises";
import { bundle } from "../build/bundle.ts";
import { inventoryOf } from "../build/inventory.ts";
import { type Figure, figure } from "./figures.ts";

/** Builds every function as `npm run build` does, into a folder of its own, and tells how large it is. */

const KILOBYTE = 1024;

export interface Built {
  readonly figures: readonly Figure[];
  /** Names of the functions that were built into `<outdir>/<name>/index.mjs`. */
  readonly names: readonly string[];
}

export const buildFunctions = async (root: string, outdir: string): Promise<Built> => {
  const files = await readdir(`${root}lambdas`).catch((): string[] => []);
  const names = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .sort();
  const figures: Figure[] = [];
  for (const name of names) {
    const { metafile } = await bundle({ root, entry: `lambdas/${name}.ts`, outdir: `${outdir}/${name}` });
    const { eager, lazy } = inventoryOf(metafile);
    const budget = name === "kv" ? 600 : null;
    figures.push(
      figure(`bundle ${name}, at start`, Math.round(eager.bytes / KILOBYTE), "KB", budget),
      figure(`bundle ${name}, on demand`, Math.round(lazy.bytes / KILOBYTE), "KB"),
    );
  }
  await bundle({ root, entry: "scripts/bench/clients-only.ts", outdir: `${outdir}/clients-only` });
  return { figures, names };
};
