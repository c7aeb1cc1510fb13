import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin } from "esbuild";

/** ES modules for Node, with a chunk for what is imported on demand; of a package, its ES sources. */
export const SPLIT_MODULES = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  mainFields: ["module", "main"],
  logLevel: "warning",
} satisfies BuildOptions;

export interface BundleOptions {
  /** The folder that `entry` and `outdir` are relative to; it also makes chunk names independent of the machine. */
  readonly root: string;
  readonly entry: string;
  readonly outdir: string;
  /** Run before our own; for tests that build a tree which differs from the one on disk. */
  readonly plugins?: readonly Plugin[];
  /** Absent: yes. */
  readonly sourceMaps?: boolean;
}

/** CommonJS packages inside an ES module ask for `require`; the platform's own modules are all they may get by it. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);\n';

/**
 * The code, with `require` where it asks for it: esbuild's own helper does, and what speaks of it in texts. As a banner
 * it would be in each of the fifty files that a function begins with. A source map is told of the line.
 */
const addRequire = (files: readonly OutputFile[], root: string, { outputs }: Metafile): ReadonlyMap<string, string> => {
  const changed = new Map<string, string>();
  for (const { path, text } of files) {
    if (!path.endsWith(".mjs") || !/\brequire\b/.test(text)) continue;
    changed.set(path, REQUIRE + text);
    const map = files.find((file) => file.path === `${path}.map`);
    if (map) changed.set(map.path, map.text.replace('"mappings": "', '"mappings": ";'));
    const output = outputs[relative(root, path)];
    if (output) output.bytes += REQUIRE.length;
  }
  return changed;
};

/**
 * zod's `z` is a namespace inside a namespace, which esbuild keeps whole, its fifty languages included. Imported as the
 * namespace it is, what nobody calls falls away: 105 KB instead of 454.
 */
const zodAsNamespace: Plugin = {
  name: "zod-as-namespace",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/(?:src|lambdas)\/.*\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8")).replace('import { z } from "zod";', 'import * as z from "zod";'),
    }));
  },
};

/**
 * Bundles one function: ES modules, split into chunks, minified, nothing left outside but Node itself.
 *
 * Splitting keeps what is imported on demand out of the start: a chunk is parsed when it is first used. `module` before
 * `main` takes the packages' ES sources, which makes two SDK clients 354 KB instead of 576. Source maps are written
 * stored next to the code for reading stack traces and are not uploaded. CDK's own function bundler writes one file, so
 * it cannot split.
 */
export const bundle = async ({
  root,
  entry,
  outdir,
  plugins = [],
  sourceMaps = true,
}: BundleOptions): Promise<{ readonly metafile: Metafile }> => {
  const { outputFiles, metafile } = await build({
    ...SPLIT_MODULES,
    absWorkingDir: root,
    entryPoints: { index: entry },
    outdir,
    target: "node22",
    minify: true,
    sourcemap: sourceMaps && "external",
    legalComments: "external",
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    write: false,
    plugins: [...plugins, zodAsNamespace],
  });
  const changed = addRequire(outputFiles, root, metafile);
  for (const { path, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, changed.get(path) ?? contents);
  }
  return { metafile };
};
