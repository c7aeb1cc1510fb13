import { constants as flags, type Stats } from "node:fs";
import { lstat, mkdir, open, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Surroundings } from "../contract.ts";
import { FileError, fileError, isAbsent } from "../files/errors.ts";
import { type WholeFile, writeWholeFile } from "../files/index.ts";
import { idOf } from "./owners.ts";

/**
 * Puts what a template rendered where it belongs. The folder comes from the configuration; a link under the file's own
 * name is replaced and never followed, and what is not a plain file is left alone.
 */

export interface Destination {
  readonly path: string;
  readonly createFolders: boolean;
  /** Absent: the mode of the file that is there, else 0644. */
  readonly mode?: number | undefined;
  readonly backup: boolean;
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

const USUAL_MODE = 0o644;
const FOLDER_MODE = 0o755;
const PERMISSIONS = 0o7777;
const OTHERS_READ = 0o004;

interface Existing {
  readonly found: Stats;
  readonly content: Buffer;
}

/** The file that is there. Security: opened without following a link, and without waiting for a pipe. */
const existingAt = async (path: string): Promise<Existing | undefined> => {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return undefined;
    if (!found.isFile()) throw new FileError(`${path} is not a regular file`);
    const handle = await open(path, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
    try {
      return { found: await handle.stat(), content: await handle.readFile() };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileError("open", path, error);
  }
};

/** Makes the folder of a file, and those above it. Throws `FileError`. */
export const ensureFolder = async (path: string, create: boolean): Promise<void> => {
  const folder = dirname(path);
  try {
    await stat(folder);
  } catch (error) {
    if (!isAbsent(error)) throw fileError("open folder", folder, error);
    if (!create) throw new FileError(`parent directory is missing: ${folder}`);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE }).catch((cause: unknown) => {
      throw fileError("create folder", folder, cause);
    });
  }
};

/** Numbers that are to be changed; the process's own need not be named. */
const wanted = (kept: number | undefined, own: number | undefined): number | undefined =>
  kept === own ? undefined : kept;

const isSame = ({ found, content }: Existing, bytes: Uint8Array, file: WholeFile): boolean =>
  content.equals(bytes) &&
  (found.mode & PERMISSIONS) === file.mode &&
  (file.uid === undefined || file.uid === found.uid) &&
  (file.gid === undefined || file.gid === found.gid);

/** Answers whether the content changed. Throws `FileError`. */
export const writeDestination = async (
  { path, createFolders, mode, backup, user, group }: Destination,
  bytes: Uint8Array,
  { random, log }: Pick<Surroundings, "random" | "log">,
): Promise<boolean> => {
  const [uid, gid] = await Promise.all([idOf("user", user), idOf("group", group)]);
  const existing = await existingAt(path);
  const file: WholeFile = {
    mode: mode ?? (existing ? existing.found.mode & PERMISSIONS : USUAL_MODE),
    umask: "ignored",
    uid,
    gid,
  };
  if (existing && isSame(existing, bytes, file)) return false;
  await ensureFolder(path, createFolders);
  const changed = !existing?.content.equals(bytes);
  const backedUp = { ...file, backup: backup && changed ? `${basename(path)}.bak` : undefined };
  // The owner that is there is kept, as the mode is; where that is not allowed the file becomes the agent's.
  const kept = {
    uid: uid ?? wanted(existing?.found.uid, process.geteuid?.()),
    gid: gid ?? wanted(existing?.found.gid, process.getegid?.()),
  };
  try {
    await writeWholeFile(path, bytes, { ...backedUp, ...kept }, random);
  } catch (error) {
    const isRefused = error instanceof FileError && error.code === "EPERM" && (kept.uid !== uid || kept.gid !== gid);
    if (!isRefused) throw error;
    log.warn("the owner of the file could not be kept", { path });
    await writeWholeFile(path, bytes, backedUp, random);
  }
  if (!existing && mode === undefined && (file.mode & OTHERS_READ) !== 0) {
    log.warn("every user of this machine may read the new file, because perms is not set", { path });
  }
  return changed;
};
