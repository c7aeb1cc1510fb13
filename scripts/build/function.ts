import { resolve } from "node:path";
import type { Metafile } from "esbuild";
import { type BundleOptions, bundle } from "./bundle.ts";
import { buildUi } from "./ui.ts";
import { writeFolder } from "./ui-files.ts";

/** Builds a function of `lambdas/` into its folder: what is uploaded. That of the web page brings the page along. */
export const buildFunction = async (
  name: string,
  { root, outdir, ...rest }: Omit<BundleOptions, "entry">,
): Promise<{ readonly metafile: Metafile }> => {
  const result = await bundle({ root, outdir, ...rest, entry: `lambdas/${name}.ts` });
  if (name === "ui") await writeFolder(await buildUi(root), resolve(root, outdir, "files"));
  return result;
};
