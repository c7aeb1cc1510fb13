import { Sensitive } from "../../std/sensitive.ts";
import type { Log } from "../contract.ts";
import { FileError, readCredential, removeCredential } from "../files/index.ts";
import type { Poll } from "./method.ts";

/**
 * A credential that somebody puts into a file: taken when it is needed, remembered, and removed where the configuration
 * says so. The newest one that was read counts, also after its file is gone.
 */
export interface WatchedFile {
  /** The newest credential; `undefined` before there was any. */
  take(): Promise<Sensitive<string> | undefined>;
  /** Finds a newer one. */
  readonly poll: Poll;
}

export interface WatchedFileSettings {
  readonly path: string;
  /** As it is called in logs: `jwt`. */
  readonly what: string;
  readonly remove: boolean;
  /** Whether the file behind a link is removed, instead of the link. */
  readonly removeBehindLinks: boolean;
  readonly interval: number;
  /** What becomes of the file's text before it is remembered. */
  readonly trim: (text: string) => string;
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof FileError)) throw error;
  return error.message;
};

export const watchFile = (settings: WatchedFileSettings, log: Log): WatchedFile => {
  const { path, what, trim } = settings;
  let newest: string | undefined;

  const remove = async (file: string): Promise<void> => {
    try {
      await removeCredential(settings.removeBehindLinks ? file : path);
    } catch (error) {
      log.error(`error removing ${what} file`, { error: messageOf(error) });
    }
  };

  const read = async (): Promise<void> => {
    try {
      const found = await readCredential(path);
      if (found === undefined) return;
      const text = trim(found.text.reveal());
      if (text === "") log.warn(`empty ${what} file read`);
      else newest = text;
      if (settings.remove) await remove(found.file);
    } catch (error) {
      log.error(`failed to read ${what} file`, { error: messageOf(error) });
    }
  };

  return {
    take: async () => {
      await read();
      return newest === undefined ? undefined : new Sensitive(newest);
    },
    poll: {
      interval: settings.interval,
      check: async () => {
        const before = newest;
        await read();
        if (newest === before) return false;
        log.debug(`new ${what} file found`);
        return true;
      },
    },
  };
};

/** Half a second while a file that is read disappears, so that looking is cheap; else a minute. Milliseconds. */
export const usualInterval = (remove: boolean): number => (remove ? 500 : 60_000);
