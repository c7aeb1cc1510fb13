import { resolve } from "node:path";
import type { Metafile } from "esbuild";
import { HOMES } from "../../src/catalog.ts";
import type { FunctionName } from "../../src/contract/functions.ts";
import type { Home } from "../../src/contract/homes.ts";
import { type BundleOptions, bundle } from "./bundle.ts";
import { carriedOnly } from "./carried.ts";
import { buildUi } from "./ui.ts";
import { writeFolder } from "./ui-files.ts";

export interface FunctionOptions extends Omit<BundleOptions, "entry"> {
  /** Where the backends run; absent: as the catalog says. */
  readonly homes?: readonly Home[];
}

/** Builds a function of `lambdas/` into its folder: what is uploaded. That of the web page brings the page along. */
export const buildFunction = async (
  name: FunctionName,
  { root, outdir, homes = HOMES, plugins = [], ...rest }: FunctionOptions,
): Promise<{ readonly metafile: Metafile }> => {
  const entry = `lambdas/${name}.ts`;
  const result = await bundle({ root, outdir, ...rest, entry, plugins: [...plugins, carriedOnly(name, homes)] });
  if (name === "ui") await writeFolder(await buildUi(root), resolve(root, outdir, "files"));
  return result;
};
