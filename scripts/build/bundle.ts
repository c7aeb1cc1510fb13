import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin } from "esbuild";
import { createBarrels } from "./barrels.ts";
import { builtinsByMember } from "./builtins.ts";
import { BUILT_IN_POLICIES, evaluatedPolicies } from "./evaluated.ts";
import { needing, onDemandIn, startIn } from "./one-start.ts";

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
const REQUIRE = 'const require=process.getBuiltinModule("node:module").createRequire(import.meta.url);\n';

/**
 * The code, with `require` where it asks for it, as esbuild's own helper does. A source map is told of the line.
 */
const addRequire = (files: readonly OutputFile[], root: string, { outputs }: Metafile): ReadonlyMap<string, string> => {
  const changed = new Map<string, string>();
  for (const { path, text } of files) {
    if (!path.endsWith(".mjs") || !/\btypeof require\b|(?<![.\w$])require\(/.test(text)) continue;
    changed.set(path, REQUIRE + text);
    const map = files.find((file) => file.path === `${path}.map`);
    if (map) changed.set(map.path, map.text.replace('"mappings": "', '"mappings": ";'));
    const output = outputs[relative(root, path)];
    if (output) output.bytes += REQUIRE.length;
  }
  return changed;
};

/** Ours, and of those none does anything when it is loaded but to make what it exports. */
const OURS = /\/(?:src|lambdas)\/.*\.ts$/;

/**
 * zod's `z` is a namespace inside a namespace, which esbuild keeps whole, its fifty languages included. Imported as the
 * namespace it is, what nobody calls falls away: 105 KB instead of 454.
 */
const zodAsNamespace = (text: string): string => text.replace('import { z } from "zod";', 'import * as z from "zod";');

/** Functions answer as a whole; the code for streams would load a part of Node. */
const MIDDY = /\/@middy\/core\/index\.js$/;
const STREAMING = "= plugin.streamifyResponse\n";
/** Throws where middy is written otherwise, which would bring the streams back unnoticed. */
const withoutStreaming = (text: string): string => {
  if (!text.includes(STREAMING)) throw new Error("middy no longer says where it answers as a stream");
  return text.replace(STREAMING, "= false\n");
};

/** Reads modules as they are to be bundled; `onDemand` are those that need the entry. */
const sources = (root: string, entry: string, onDemand: ReadonlySet<string>): Plugin => ({
  name: "sources",
  setup: ({ onLoad, onResolve }) => {
    const behindBarrels = createBarrels();
    onResolve({ filter: /^[./].*\.ts$/ }, ({ path, resolveDir, importer }) =>
      OURS.test(importer) ? { path: resolve(resolveDir, path), sideEffects: false } : undefined,
    );
    onLoad({ filter: MIDDY }, async ({ path }) => ({ contents: withoutStreaming(await readFile(path, "utf8")) }));
    onLoad({ filter: BUILT_IN_POLICIES }, () => ({ loader: "js", contents: evaluatedPolicies() }));
    onLoad({ filter: /\.(?:m?js|ts)$/ }, async ({ path }) => {
      const needs = onDemand.has(relative(root, path));
      if (!needs && !OURS.test(path)) return undefined;
      const text = await readFile(path, "utf8");
      const read = OURS.test(path) ? await behindBarrels(path, zodAsNamespace(text)) : text;
      return {
        loader: path.endsWith(".ts") ? "ts" : "js",
        contents: needs ? needing(resolve(root, entry), read) : read,
      };
    });
  },
});

/**
 * Bundles one function: ES modules, minified, nothing left outside but Node itself. One file is what the start loads;
 * what is imported on demand is in chunks, parsed when first used.
 *
 * `module` before `main` takes the packages' ES sources, which makes two SDK clients 354 KB instead of 576. Source maps
 * are written next to the code for reading stack traces and are not uploaded. CDK's own function bundler cannot split.
 */
export const bundle = async ({
  root,
  entry,
  outdir,
  plugins = [],
  sourceMaps = true,
}: BundleOptions): Promise<{ readonly metafile: Metafile }> => {
  const options = (start: ReadonlySet<string>, onDemand: ReadonlySet<string>) =>
    ({
      ...SPLIT_MODULES,
      absWorkingDir: root,
      entryPoints: { index: entry },
      outdir,
      target: "node24",
      // zod asks it for the name of a platform that this is not, and Node loads a part of itself to answer.
      define: { navigator: "undefined" },
      metafile: true,
      write: false,
      plugins: [
        ...plugins,
        builtinsByMember((file) => start.has(relative(root, file))),
        sources(root, entry, onDemand),
      ],
    }) satisfies BuildOptions;
  const { metafile: asItIs } = await build({ ...options(new Set(), new Set()), logLevel: "silent" });
  const { outputFiles, metafile } = await build({
    ...options(startIn(asItIs, entry), onDemandIn(asItIs)),
    minify: true,
    sourcemap: sourceMaps && "external",
    legalComments: "external",
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
  });
  const changed = addRequire(outputFiles, root, metafile);
  for (const { path, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, changed.get(path) ?? contents);
  }
  return { metafile };
};
