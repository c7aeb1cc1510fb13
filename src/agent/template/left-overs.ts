import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { removeLeftOvers } from "../files/index.ts";

/** Temporary files of an agent that was killed. A folder is looked at once, however many templates go there. */
export const createSweep = (): ((path: string) => Promise<void>) => {
  const folders = new Map<string, Promise<readonly string[]>>();
  const temporary = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder).catch(() => [])).filter((name) => name.includes(".tmp."));
  return async (path) => {
    const folder = dirname(path);
    const names = folders.get(folder) ?? temporary(folder);
    folders.set(folder, names);
    const own = `${basename(path)}.tmp.`;
    if ((await names).some((name) => name.startsWith(own))) await removeLeftOvers(path);
  };
};
