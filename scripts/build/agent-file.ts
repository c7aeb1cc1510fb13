import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build, type Metafile, transform } from "esbuild";
import { SPLIT_MODULES } from "./bundle.ts";

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

const ENTRY = "./index.mjs";

/**
 * `import` of a piece, by its name, or of one of Node's modules. Those that are dear are loaded when something of theirs is
 * used: TLS alone costs an agent three megabytes that it has no use for behind a unix socket. It does little at each import:
 * resolving paths here was hot enough for V8 to start its optimizing compiler, which cost two.
 */
const LOADER = `
const { Script } = require("node:vm");
const { inflateRawSync } = require("node:zlib");
const later = (name) => {
  let loaded;
  const get = () => (loaded ??= require(name));
  return new Proxy({}, {
    get: (_, key) => get()[key],
    has: (_, key) => key in get(),
    ownKeys: () => Reflect.ownKeys(get()),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(get(), key);
      return found && { ...found, configurable: true };
    },
  });
};
const modules = new Map();
for (const name of ["node:child_process", "node:crypto", "node:https", "node:tls"]) modules.set(name, { exports: later(name) });
const load = (name) => {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const piece = pieces[name];
  const module = { exports: piece === undefined ? require(name) : {} };
  modules.set(name, module);
  if (piece !== undefined) {
    const text = inflateRawSync(Buffer.from(piece(), "base64")).toString("latin1");
    new Script(text, { filename: "zeroth-agent/" + name.slice(2) }).runInThisContext()(module.exports, load, module);
  }
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
    ...SPLIT_MODULES,
    absWorkingDir: ROOT,
    entryPoints: { index: "bin/zeroth-agent.ts" },
    outdir: join(folder, "pieces"),
    outExtension: { ".js": ".mjs" },
    // In one folder, so that a piece has one name, whoever asks for it.
    chunkNames: "[hash]",
    write: false,
    target: "node20",
    minify: true,
    legalComments: "external",
    metafile: true,
  });
  const pieces: string[] = [];
  const licences: string[] = [];
  for (const { path, text } of outputFiles) {
    const name = relative(join(folder, "pieces"), path);
    // A function for each: V8 keeps no text of a function that is never called.
    if (name.endsWith(".mjs")) pieces.push(`"./${name}": () => "${await inCommonJs(text)}"`);
    else licences.push(text);
  }
  const file = join(folder, "zeroth-agent.cjs");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/usr/bin/env node\n"use strict";\nconst pieces = {\n${pieces.join(",\n")}\n};${LOADER}`);
  await writeFile(`${file}.LEGAL.txt`, licences.join("\n"));
  await chmod(file, 0o755);
  return { file, metafile };
};
