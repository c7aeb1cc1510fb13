import { type FSWatcher, realpathSync, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Surroundings } from "../contract.ts";

/**
 * Notices that a file changed, at no cost while it does not: the system tells of changes in its folder, and in the one
 * that a link leads to. Every minute the file is looked at for what the system does not tell of (network file systems,
 * links behind links).
 */

/** Milliseconds between looks; where the system tells of nothing; and between an event and the look at what it was. */
const SLOW = 60_000;
const UNTOLD = 5000;
const SETTLE = 500;

/** What a file is known by. */
export const markOf = ({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): string =>
  `${ino}:${size}:${mtimeMs}`;

/** What the system tells of files, so that a test can say when. */
export interface FileSystem {
  /** The file's mark now. */
  markAt(path: string): Promise<string>;
  /** Calls `event` for whatever happens in the folder; `undefined` where it cannot be watched. */
  watchFolder(folder: string, event: () => void): Pick<FSWatcher, "close"> | undefined;
}

const foldersOf = (path: string): ReadonlySet<string> => {
  try {
    return new Set([dirname(path), dirname(realpathSync(path))]);
  } catch {
    return new Set([dirname(path)]);
  }
};

const watchFolder = (folder: string, event: () => void): FSWatcher | undefined => {
  try {
    const watcher = watch(folder, { persistent: false }, event);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    // No folder, or no more watches: the look remains.
    return undefined;
  }
};

const SYSTEM: FileSystem = { markAt: (path) => stat(path).then(markOf, () => "absent"), watchFolder };

/** Resolves once the file at `path` is another than `mark`, or on abort. */
export const changed = (
  path: string,
  mark: string,
  { timer }: Pick<Surroundings, "timer">,
  signal: AbortSignal,
  system: FileSystem = SYSTEM,
): Promise<void> =>
  new Promise((resolve) => {
    let cancel = (): void => undefined;
    let soon = false;
    const end = (): void => {
      cancel();
      for (const watcher of watchers) watcher?.close();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const look = async (): Promise<void> => {
      soon = false;
      const now = await system.markAt(path);
      if (signal.aborted) return;
      if (now !== mark) end();
      // What happened meanwhile has its own look already.
      else if (!soon) wait(watchers.includes(undefined) ? UNTOLD : SLOW);
    };
    const wait = (ms: number): void => {
      cancel();
      cancel = timer(ms, () => void look());
    };
    const event = (): void => {
      if (soon) return;
      soon = true;
      wait(SETTLE);
    };
    const watchers = [...foldersOf(path)].map((folder) => system.watchFolder(folder, event));
    signal.addEventListener("abort", end, { once: true });
    // It may have changed before the watch began.
    wait(0);
  });
