import { execFile } from "node:child_process";
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * A single executable: a copy of Node with a file of JavaScript inside, by Node's own feature. It needs nothing else on
 * the machine it runs on but what Node itself needs (on Linux, glibc 2.28 or newer).
 */

/** Node looks for a note of this name, once the mark says that there is one. Both are Node's, in its documentation. */
const NOTE = "NODE_SEA_BLOB";
const MARK = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const run = promisify(execFile);
/** A program of its own: what it has to say about other sections of the file is of no interest unless it fails. */
const INJECTOR = createRequire(import.meta.url).resolve("postject/dist/cli.js");

export interface ExecutableOptions {
  /** A CommonJS file without anything outside but Node. */
  readonly script: string;
  readonly outfile: string;
  /** The Node to put it into, another platform's too, but of the version that builds. Absent: the one that builds. */
  readonly node?: string | undefined;
}

/** What Node puts the script into; it can be read by a Node of the same version on every platform. */
const prepare = async (script: string, folder: string): Promise<string> => {
  const output = join(folder, "script.blob");
  const settings = join(folder, "settings.json");
  // A cache of compiled code would belong to one processor, and `import()` does not work with it.
  await writeFile(settings, JSON.stringify({ main: script, output, disableExperimentalSEAWarning: true }));
  await run(process.execPath, ["--experimental-sea-config", settings]);
  return output;
};

const assertSameVersion = async (node: string): Promise<void> => {
  if (!(await readFile(node)).includes(`node.js/${process.version}`)) {
    throw new Error(`${node} is not Node ${process.version}, which builds: take the same version of both`);
  }
};

/** Writes the executable; its size in bytes. */
export const buildExecutable = async ({ script, outfile, node }: ExecutableOptions): Promise<number> => {
  if (node !== undefined) await assertSameVersion(node);
  const folder = await mkdtemp(join(tmpdir(), "zeroth-executable-"));
  try {
    const blob = await prepare(script, folder);
    const made = join(folder, "made");
    await copyFile(node ?? process.execPath, made);
    await chmod(made, 0o755);
    const flags = ["--sentinel-fuse", MARK, "--macho-segment-name", "NODE_SEA"];
    await run(process.execPath, [INJECTOR, made, NOTE, blob, ...flags]);
    await rm(outfile, { force: true });
    await copyFile(made, outfile);
    await chmod(outfile, 0o755);
    return (await stat(outfile)).size;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
