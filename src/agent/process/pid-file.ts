import { lstat, readFile, unlink } from "node:fs/promises";
import type { RandomSource } from "../../std/random.ts";
import { AgentError } from "../contract.ts";
import { FileError, writeWholeFile } from "../files/index.ts";

/** The file that names the agent's process for whoever sends it signals. */

/**
 * Writes the process id, mode 0600, in place of a file that an earlier agent left. Throws `AgentError`, also where the
 * path is a symbolic link: whoever made it chose what would be written over.
 */
export const writePidFile = async (path: string, pid: number, random: RandomSource): Promise<void> => {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink()) throw new AgentError(`could not open pid file: ${path} is a symbolic link`);
  try {
    await writeWholeFile(path, String(pid), { mode: 0o600, umask: "ignored" }, random);
  } catch (error) {
    throw error instanceof FileError ? new AgentError(`could not open pid file: ${error.message}`) : error;
  }
};

/** Removes it, unless it names another process by now. Never throws. */
export const removePidFile = async (path: string, pid: number): Promise<void> => {
  const text = await readFile(path, "utf8").catch(() => "");
  if (text.trim() === String(pid)) await unlink(path).catch(() => undefined);
};
