import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type AwsState, emptyAccount } from "./model.ts";

/** Keeps the state; `save` resolves when everything changed before the call is on the disk. */
export interface StateStore {
  readonly state: AwsState;
  save(): Promise<void>;
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeWhole = async (folder: string, name: string, text: string): Promise<void> => {
  const temporary = join(folder, `${name}.new`);
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
};

const read = async (path: string): Promise<AwsState | undefined> => {
  try {
    // Our own file, written by `writeWhole` and readable by its owner alone.
    const state = JSON.parse(await readFile(path, "utf8")) as AwsState;
    // Files of before there were groups.
    for (const account of Object.values(state.accounts)) Object.assign(account, { ...emptyAccount(), ...account });
    return state;
  } catch (error) {
    // Not by class: a test runner's errors come from another realm.
    if (typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

/**
 * Opens `aws.json` in a folder (made, mode 0700, when absent), or keeps the state in memory when there is no folder.
 * Each save replaces the file whole (write, fsync, rename), mode 0600. Throws when the file cannot be read.
 */
export const openStore = async (initial: () => AwsState, folder?: string): Promise<StateStore> => {
  if (folder === undefined) return { state: initial(), save: async () => {} };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "aws.json");
  const found = await read(path);
  if (found) await chmod(path, 0o600);
  const state = found ?? initial();
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const save = (): Promise<void> => {
    // Callers that arrive while a write runs share the one that follows it.
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = writeWhole(folder, "aws.json", JSON.stringify(state));
        return running;
      });
    return next;
  };
  if (!found) await save();
  return { state, save };
};
