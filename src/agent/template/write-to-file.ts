import { constants as flags } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Surroundings } from "../contract.ts";
import { FileError, fileError, isAbsent } from "../files/errors.ts";
import type { FileToWrite } from "../functions/index.ts";
import { ensureFolder, writeDestination } from "./destination.ts";
import type { HiddenLog } from "./hidden-log.ts";
import { idOf } from "./owners.ts";

/**
 * What a template's `writeToFile` writes. Its path may hold text out of a secret, so it must not say where the file goes
 * beyond the folder that the template names: no `..`, no link, and no path that a secret is the beginning of.
 */

/** Throws `FileError`. `texts`: those of the secrets the template had; `source`: the template. */
export const assertOwnPath = (path: string, texts: ReadonlySet<string>, source: string): void => {
  if (!path.startsWith("/")) throw new FileError("writeToFile needs an absolute path");
  if (path.split("/").includes("..")) throw new FileError("writeToFile does not take a path with ..");
  const isSecret = (text: string): boolean => text.length > 1 && text.startsWith("/") && path.startsWith(text);
  for (const text of texts) {
    if (isSecret(text) && !source.includes(text)) {
      throw new FileError("writeToFile does not take a path that begins with a secret");
    }
  }
};

/** Throws `FileError`: a link would lead the write elsewhere. */
const assertNoLink = async (path: string): Promise<void> => {
  const found = await lstat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw fileError("look at", path, error);
  });
  if (found?.isSymbolicLink()) throw new FileError(`writeToFile does not follow the symbolic link ${path}`);
};

const append = async ({ path, mode, user, group, content }: FileToWrite): Promise<void> => {
  const [uid, gid] = await Promise.all([idOf("user", user), idOf("group", group)]);
  const how = flags.O_WRONLY | flags.O_APPEND | flags.O_CREAT | flags.O_NOFOLLOW | flags.O_NONBLOCK;
  try {
    const handle = await open(path, how, 0o600);
    try {
      const found = await handle.stat();
      if (!found.isFile() || found.nlink > 1) throw new FileError(`${path} is not a regular file with one name`);
      await handle.chmod(mode);
      if (uid !== undefined || gid !== undefined) await handle.chown(uid ?? found.uid, gid ?? found.gid);
      await handle.appendFile(content);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError("write", path, error);
  }
};

/** Throws `FileError`. */
export const writeToFile = async (
  file: FileToWrite,
  /** The path may be made of a secret. */
  surroundings: Pick<Surroundings, "random"> & { readonly log: HiddenLog },
): Promise<void> => {
  const { path, mode, user, group, content } = file;
  await ensureFolder(path, true);
  await assertNoLink(dirname(path));
  await assertNoLink(path);
  if (file.append) await append(file);
  else await writeDestination({ path, createFolders: true, mode, backup: false, user, group }, content, surroundings);
};
