import { chmod } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

/**
 * The agent as one file of JavaScript: the whole command line of `bin/zeroth-agent.ts`, every package it uses within,
 * for Node 20.19 and newer.
 *
 * CommonJS, because a single executable takes nothing else, and because esbuild then wraps what is imported on demand
 * into functions: it is in the file, but does not run before it is asked for.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface AgentFile {
  readonly file: string;
  readonly metafile: Metafile;
}

/** Writes `zeroth-agent.cjs` into a folder, that of `npm run build:agent` unless given. */
export const buildAgentFile = async (folder = `${ROOT}dist/agent`): Promise<AgentFile> => {
  const file = `${folder}/zeroth-agent.cjs`;
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["bin/zeroth-agent.ts"],
    outfile: file,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "external",
    banner: { js: "#!/usr/bin/env node" },
    metafile: true,
    logLevel: "warning",
  });
  await chmod(file, 0o755);
  return { file, metafile };
};
