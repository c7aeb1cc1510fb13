import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Surroundings } from "../contract.ts";

/**
 * Notices that a file changed, at no cost while it does not: the system tells of changes in its folder, and every ten
 * seconds the file is looked at for what the system does not tell of (links to other folders, network file systems).
 */

/** Milliseconds between looks, and between an event and the look at what it was. */
const SLOW = 10_000;
const SETTLE = 500;

/** What a file is known by. */
export const markOf = ({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): string =>
  `${ino}:${size}:${mtimeMs}`;

const markAt = (path: string): Promise<string> => stat(path).then(markOf, () => "absent");

const folderOf = (path: string, event: () => void): FSWatcher | undefined => {
  try {
    const watcher = watch(dirname(path), { persistent: false }, event);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    // No folder, or no more watches: the slow look remains.
    return undefined;
  }
};

/** Resolves once the file at `path` is another than `mark`, or on abort. */
export const changed = (
  path: string,
  mark: string,
  { timer }: Pick<Surroundings, "timer">,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve) => {
    let cancel = (): void => undefined;
    let soon = false;
    const end = (): void => {
      cancel();
      watcher?.close();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const look = async (): Promise<void> => {
      soon = false;
      const now = await markAt(path);
      if (signal.aborted) return;
      if (now !== mark) end();
      else wait(SLOW);
    };
    const wait = (ms: number): void => {
      cancel();
      cancel = timer(ms, () => void look());
    };
    const watcher = folderOf(path, () => {
      if (soon) return;
      soon = true;
      wait(SETTLE);
    });
    signal.addEventListener("abort", end, { once: true });
    // It may have changed before the watch began.
    wait(0);
  });
