import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The folder of a Lambda layer with the extension. Lambda unpacks it below `/opt` and starts every program in
 * `extensions/` before the function.
 */

/** What the extension is: the agent's file, run by the Node of the function's runtime, or an executable of its own. */
export type LayerProgram = { readonly file: string } | { readonly executable: string };

/** Its name is the file's: Lambda refuses the registration of an extension under any other. */
const NAME = "zeroth";

/**
 * `$0` is `/opt/extensions/zeroth`. Runtimes have Node at a fixed place, which is not on every extension's PATH. The heap
 * is kept small, because it is taken from the function's memory.
 */
const FILE_STARTER = `#!/bin/sh
node=/var/lang/bin/node
[ -x "$node" ] || node=node
exec "$node" --max-semi-space-size=1 --max-old-space-size=64 "\${0%/extensions/*}/zeroth/zeroth-agent.cjs" lambda-extension "$0"
`;
const EXECUTABLE_STARTER = `#!/bin/sh
exec "\${0%/extensions/*}/zeroth/zeroth" lambda-extension "$0"
`;

/** Writes the folder again from nothing. */
export const writeLayer = async (folder: string, program: LayerProgram): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "extensions"), { recursive: true });
  await mkdir(join(folder, "zeroth"), { recursive: true });
  const starter = join(folder, "extensions", NAME);
  if ("file" in program) {
    await copyFile(program.file, join(folder, "zeroth", "zeroth-agent.cjs"));
    await writeFile(starter, FILE_STARTER);
  } else {
    await copyFile(program.executable, join(folder, "zeroth", "zeroth"));
    await writeFile(starter, EXECUTABLE_STARTER);
  }
  await chmod(starter, 0o755);
};
