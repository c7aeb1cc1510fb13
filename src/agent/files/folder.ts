import { existsSync, constants as flags } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "./errors.ts";

/** Linux's O_PATH: a handle that needs no right to list the folder. Node does not name it. */
const O_PATH = 0x200000;
const HANDLES = process.platform === "linux" && existsSync("/proc/self/fd") ? "/proc/self/fd" : undefined;

/** A folder that is held open. */
export interface Folder {
  /**
   * Where a file of this folder is reached: below the open handle on Linux, so that a folder or symbolic link put in
   * this one's place leads nowhere else; by its name elsewhere.
   */
  at(name: string): string;
  /** Whether the name still leads to this folder. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens a folder by name; links on the way to it are followed, as the operator wrote them. Throws `FileError`. */
export const openFolder = async (path: string): Promise<Folder> => {
  const access = HANDLES === undefined ? flags.O_RDONLY : O_PATH;
  const handle = await open(path, access | flags.O_DIRECTORY).catch((error: unknown) => {
    throw fileError("open folder", path, error);
  });
  return {
    at: (name) => (HANDLES === undefined ? join(path, name) : `${HANDLES}/${handle.fd}/${name}`),
    isInPlace: async () => {
      const held = await handle.stat({ bigint: true });
      const named = await stat(path, { bigint: true }).catch(() => undefined);
      return named !== undefined && named.ino === held.ino && named.dev === held.dev;
    },
    close: () => handle.close(),
  };
};
