import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files of the project, for tests that hold its documents against it. */

export const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** Files git tracks, and new ones it does not ignore; paths from the top. */
export const everyFile: readonly string[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: repository,
  encoding: "utf8",
  maxBuffer: 32 * 1024 * 1024,
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(repository, file)));

/** Files whose path ends in `/name`, or is `name`. */
export const filesOf = (name: string): readonly string[] =>
  everyFile.filter((file) => file === name || file.endsWith(`/${name}`));

/**
 * Whether a file named in a folder exists: a name alone is looked for in the folder and below it, a path also from the
 * top.
 */
export const isThere = (folder: string, name: string): boolean =>
  existsSync(join(repository, folder, name)) ||
  existsSync(join(repository, name)) ||
  filesOf(basename(name)).some((file) => file.startsWith(`${folder}/`) && file.endsWith(`/${name}`));
