import { constants as flags } from "node:fs";
import { type FileHandle, link, lstat, open, readdir, rename, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { RandomSource } from "../../std/random.ts";
import { FileError, fileError, isAbsent } from "./errors.ts";
import { type Folder, openFolder } from "./folder.ts";

/**
 * Writes whole files: a temporary file next to the old one, then a rename, so that a reader sees the old content or the
 * new one and never a part. It trusts the configured folder and its owner, not what others put into it: the temporary
 * file is made, never opened, and a link or pipe under the file's name is replaced and never written through.
 */

/** What a file gets besides its content. */
export interface WholeFile {
  /** Permission bits: `0o640`. */
  readonly mode: number;
  /** `holds`: the process's umask takes bits away, as it does for a file a user makes. `ignored`: the mode is exact. */
  readonly umask: "holds" | "ignored";
  /** Numbers; absent: the process's own. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Keeps the file that was there under this name of the same folder: a hard link, with its mode and owner. */
  readonly backup?: string | undefined;
}

/** Told before each step; a test ends the program there by throwing, and goes on throwing. */
export type Steps = (step: string) => void;

const OPEN_NEW = flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL | flags.O_NOFOLLOW;
const LEFT_OVER = /^\.tmp\.[0-9a-f]{8}(?:\.bak)?$/;

const nameOf = (path: string): string => {
  const name = basename(path);
  if (name === "" || name === "." || name === ".." || path.endsWith("/")) {
    throw new FileError(`${path} does not name a file`);
  }
  return name;
};

const fill = async (file: FileHandle, content: string | Uint8Array, settings: WholeFile, at: Steps): Promise<void> => {
  at("write");
  await file.writeFile(content);
  if (settings.uid !== undefined || settings.gid !== undefined) {
    at("chown");
    // Minus one leaves what is there, and is the largest unsigned number to Node.
    await file.chown(settings.uid ?? 0xffffffff, settings.gid ?? 0xffffffff);
  }
  if (settings.umask === "ignored") {
    at("chmod");
    await file.chmod(settings.mode);
  }
  at("sync");
  // A rename may reach the disk before the content does; after a power cut the file would be empty.
  await file.datasync();
};

/** Somebody removed the temporary file before it got its name. */
class TakenAway extends FileError {}

/** An agent that starts at this moment takes a temporary file for one that a killed agent left. */
const TRIES = 5;

/** The backup is there at every moment: the one before, then the new one. */
const keep = async (folder: Folder, name: string, temporary: string, backup: string, at: Steps): Promise<void> => {
  const kept = folder.at(`${temporary}.bak`);
  at("backup");
  try {
    await link(folder.at(name), kept);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  try {
    at("keep");
    await rename(kept, folder.at(backup));
  } finally {
    at("remove");
    // Still there where the rename failed, and where the backup is this very file: then a rename does nothing.
    await unlink(kept).catch(() => undefined);
  }
};

const commit = async (folder: Folder, name: string, temporary: string, writing: Writing): Promise<void> => {
  const { path, settings, at } = writing;
  try {
    if (settings.backup !== undefined) await keep(folder, name, temporary, settings.backup, at);
    at("rename");
    await rename(folder.at(temporary), folder.at(name));
  } catch (error) {
    throw isAbsent(error) ? new TakenAway(`write ${path}: the temporary file was taken away`, "ENOENT") : error;
  }
};

const refuseFolder = async (folder: Folder, name: string, path: string): Promise<void> => {
  const found = await lstat(folder.at(name)).catch(() => undefined);
  if (found?.isDirectory()) throw new FileError(`${path} is a folder`, "EISDIR");
};

interface Writing {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly settings: WholeFile;
  readonly random: RandomSource;
  readonly at: Steps;
  /** `false`: everything but the last step; the file that is there stays. */
  readonly commit: boolean;
}

const write = async (folder: Folder, name: string, writing: Writing): Promise<void> => {
  const { path, content, settings, at } = writing;
  await refuseFolder(folder, name, path);
  const temporary = `${name}.tmp.${Buffer.from(writing.random.bytes(4)).toString("hex")}`;
  at("open");
  // Until the mode is exact, nobody else reads it.
  const mode = settings.umask === "holds" ? settings.mode : settings.mode & 0o600;
  const file = await open(folder.at(temporary), OPEN_NEW, mode);
  try {
    try {
      await fill(file, content, settings, at);
    } finally {
      await file.close();
    }
    if (!(await folder.isInPlace())) throw new FileError(`folder ${dirname(path)} was replaced during the write`);
    if (writing.commit) await commit(folder, name, temporary, writing);
    else {
      // Gone already where another agent, which starts at this moment, took it for a left-over.
      await unlink(folder.at(temporary)).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    }
  } catch (error) {
    at("remove");
    await unlink(folder.at(temporary)).catch(() => undefined);
    throw error;
  }
};

const run = async (writing: Writing): Promise<void> => {
  const name = nameOf(writing.path);
  const folder = await openFolder(dirname(writing.path));
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write(folder, name, writing);
      } catch (error) {
        if (!(error instanceof TakenAway) || tries >= TRIES) throw fileError("write", writing.path, error);
      }
    }
  } finally {
    await folder.close();
  }
};

const nothing: Steps = () => undefined;

/**
 * Puts `content` at `path`, whole or not at all; what was there stays until the last step. The folder must be there.
 * Throws `FileError`, after the temporary file is removed.
 */
export const writeWholeFile = (
  path: string,
  content: string | Uint8Array,
  settings: WholeFile,
  random: RandomSource,
  at: Steps = nothing,
): Promise<void> => run({ path, content, settings, random, at, commit: true });

/** Whether `writeWholeFile` would do: makes and removes the temporary file, with owner and mode. Throws `FileError`. */
export const checkWholeFile = (
  path: string,
  settings: WholeFile,
  random: RandomSource,
  at: Steps = nothing,
): Promise<void> => run({ path, content: "write check", settings, random, at, commit: false });

/** Removes temporary files of this path that an agent which was killed left behind. Failures are ignored. */
export const removeLeftOvers = async (path: string): Promise<void> => {
  const name = nameOf(path);
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const mine = names.filter((each) => each.startsWith(name) && LEFT_OVER.test(each.slice(name.length)));
  for (const each of mine) {
    const found = await lstat(`${folder}/${each}`).catch(() => undefined);
    if (found?.isFile()) await unlink(`${folder}/${each}`).catch(() => undefined);
  }
};
