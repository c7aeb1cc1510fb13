import { constants as flags } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath, unlink } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { Sensitive } from "../../std/sensitive.ts";
import { utf8Text } from "../../std/utf8.ts";
import { FileError, fileError, isAbsent } from "./errors.ts";

/**
 * Reads the files that a configuration names as credentials: tokens, secret ids, passwords, JWTs. It trusts the folder
 * that was named and nothing that a link in it points to outside: whoever may write there could otherwise have the
 * agent send any file that root reads. It must never put content into an error.
 */

/** The largest credential; tokens of Kubernetes and OIDC have a few kilobytes. */
const MAX_BYTES = 262_144;

/** A credential that was found. */
export interface FoundCredential {
  readonly text: Sensitive<string>;
  /** The file itself, behind links. */
  readonly file: string;
}

const isBelow = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/** Where the file is, behind links that stay in the folder, as in a volume that Kubernetes projects. */
const resolved = async (path: string): Promise<string> => {
  const folder = await realpath(dirname(path));
  const file = await realpath(join(folder, basename(path)));
  if (!isBelow(folder, file)) {
    throw new FileError(`${path} is a symbolic link that leads out of its folder`);
  }
  return file;
};

/** The folder's parts may be replaced while we look; the handle cannot be. */
const assertOpened = async (handle: FileHandle, path: string, file: string): Promise<void> => {
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  if (opened !== undefined && opened !== file && !isBelow(dirname(file), opened)) {
    throw new FileError(`${path} was replaced while it was read`);
  }
};

const readBounded = async (handle: FileHandle, path: string, maxBytes: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
  throw new FileError(`${path} is larger than ${maxBytes} bytes`);
};

const textOf = async (path: string, file: string, maxBytes: number): Promise<string> => {
  // A pipe or a terminal must not make the agent wait, before it is seen not to be a file.
  const handle = await open(file, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK | flags.O_NOCTTY);
  try {
    if (!(await handle.stat()).isFile()) throw new FileError(`${path} is not a regular file`);
    await assertOpened(handle, path, file);
    const text = utf8Text(await readBounded(handle, path, maxBytes));
    if (text === undefined) throw new FileError(`${path} is not text`);
    return text;
  } finally {
    await handle.close();
  }
};

/** Reads a credential file; `undefined`: there is none. Throws `FileError`. The text is not trimmed. */
export const readCredential = async (path: string, maxBytes = MAX_BYTES): Promise<FoundCredential | undefined> => {
  try {
    const file = await resolved(path);
    // Opening some devices does something.
    if (!(await lstat(file)).isFile()) throw new FileError(`${path} is not a regular file`);
    return { text: new Sensitive(await textOf(path, file, maxBytes)), file };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileError("read", path, error);
  }
};

/** Removes a credential file, or the link that is in its place. Throws `FileError`. */
export const removeCredential = async (path: string): Promise<void> => {
  await unlink(path).catch((error: unknown) => {
    throw fileError("remove", path, error);
  });
};
