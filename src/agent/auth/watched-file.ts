import { Sensitive } from "../../std/sensitive.ts";
import { AgentError, type Log } from "../contract.ts";
import { FileError, readCredential, removeCredential } from "../files/index.ts";
import type { Poll } from "./method.ts";

/**
 * A credential that somebody puts into a file: taken when it is needed, remembered, and removed where the configuration
 * says so. The newest one that was read counts, also after its file is gone.
 */
export interface WatchedFile {
  /** The newest credential. Throws `AgentError` before there was any. */
  take(): Promise<Sensitive<string>>;
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
  /** What was wrong at the last look: looks come twice a second, and say it once. */
  let wrong: string | undefined;

  const complain = (level: "warn" | "error", line: string, message: string): void => {
    if (message !== wrong) log[level](line, { error: message });
    wrong = message;
  };

  const remove = async (file: string): Promise<void> => {
    try {
      await removeCredential(settings.removeBehindLinks ? file : path);
    } catch (error) {
      complain("error", `error removing ${what} file`, messageOf(error));
    }
  };

  const read = async (): Promise<void> => {
    try {
      const found = await readCredential(path);
      if (found === undefined) {
        wrong = undefined;
        return;
      }
      const text = trim(found.text.reveal());
      if (text === "") {
        // Whoever has only opened it would write into a file that is gone.
        complain("warn", `empty ${what} file read`, `${path} is empty`);
        return;
      }
      newest = text;
      if (settings.remove) await remove(found.file);
      else wrong = undefined;
    } catch (error) {
      complain("error", `failed to read ${what} file`, messageOf(error));
    }
  };

  return {
    take: async () => {
      await read();
      if (newest !== undefined) return new Sensitive(newest);
      const why = wrong === undefined ? "" : `: ${wrong}`;
      throw new AgentError(`latest known ${what} is empty, cannot authenticate${why}`);
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
