import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build, type Metafile, transform } from "esbuild";

/**
 * The agent as one file of JavaScript: the command line of `bin/zeroth-agent.ts` with every package it uses, for Node
 * 20.19 and newer.
 *
 * esbuild splits it where something is imported on demand; the pieces are put into the file as texts, and a text is
 * compiled when it is first asked for. Compiled at once, the file cost an idle agent ten megabytes that Node does not give
 * back, most of it for code that never runs. CommonJS, because a single executable takes nothing else.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface AgentFile {
  readonly file: string;
  readonly metafile: Metafile;
}

const ENTRY = "index.mjs";

/** `./chunks/a.mjs`, asked for by the piece `chunks/b.mjs`, is the piece `chunks/a.mjs`; Node's modules keep their names. */
const LOADER = `
const { Script } = require("node:vm");
const { inflateRawSync } = require("node:zlib");
const { dirname, join } = require("node:path").posix;
const loaded = new Map();
const load = (name) => {
  const found = loaded.get(name);
  if (found !== undefined) return found.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  const text = inflateRawSync(Buffer.from(pieces[name], "base64")).toString("latin1");
  const from = (asked) => (asked.startsWith(".") ? load(join(dirname(name), asked)) : require(asked));
  new Script(text, { filename: "zeroth-agent/" + name }).runInThisContext()(module.exports, from, module);
  return module.exports;
};
load(${JSON.stringify(ENTRY)});
`;

/** A piece in CommonJS; `import()` becomes a promise of `require`, which is the loader's. */
const inCommonJs = async (text: string): Promise<string> => {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    minify: true,
    legalComments: "none",
  });
  // Latin-1 takes a byte a character in memory, too; what esbuild writes is within ASCII.
  return deflateRawSync(Buffer.from(`(function(exports,require,module){${code.trimEnd()}\n})`, "latin1"), {
    level: 9,
  }).toString("base64");
};

/** Writes `zeroth-agent.cjs` into a folder, that of `npm run build:agent` unless given. */
export const buildAgentFile = async (folder = `${ROOT}dist/agent`): Promise<AgentFile> => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: "bin/zeroth-agent.ts" },
    outdir: join(folder, "pieces"),
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[hash]",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "external",
    metafile: true,
    logLevel: "warning",
  });
  const pieces: Record<string, string> = {};
  const licences: string[] = [];
  for (const { path, text } of outputFiles) {
    const name = relative(join(folder, "pieces"), path);
    if (name.endsWith(".mjs")) pieces[name] = await inCommonJs(text);
    else licences.push(text);
  }
  const file = join(folder, "zeroth-agent.cjs");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/usr/bin/env node\n"use strict";\nconst pieces = ${JSON.stringify(pieces)};${LOADER}`);
  await writeFile(`${file}.LEGAL.txt`, licences.join("\n"));
  await chmod(file, 0o755);
  return { file, metafile };
};
