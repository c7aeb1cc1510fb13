import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildAgentFile } from "./build/agent-file.ts";
import { buildExecutable } from "./build/executable.ts";
import { writeLayer } from "./build/layer.ts";

/**
 * Builds the agent into `dist/agent`: one file of JavaScript, a single executable, and the folders of a Lambda layer with
 * either. `--file` builds what needs no copy of Node. `--node FILE` puts the script into another platform's Node, of the
 * version that builds. No network is needed.
 */

const { values: options } = parseArgs({ options: { file: { type: "boolean" }, node: { type: "string" } } });
const folder = fileURLToPath(new URL("../dist/agent", import.meta.url));
await mkdir(folder, { recursive: true });

const tell = (what: string, bytes: number): void => {
  const size = bytes > 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MB` : `${Math.round(bytes / 1024)} KB`;
  console.log(`${what.padEnd(30)} ${size.padStart(9)}`);
};

const { file } = await buildAgentFile(folder);
await writeLayer(`${folder}/layer`, { file });
tell("zeroth-agent.cjs, layer", (await stat(file)).size);

if (!options.file) {
  const executable = `${folder}/zeroth`;
  const size = await buildExecutable({ script: file, outfile: executable, node: options.node });
  await writeLayer(`${folder}/layer-executable`, { executable });
  tell("zeroth, layer-executable", size);
}
