import { closeSync, constants, fstatSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { Clock } from "../../std/time.ts";
import type { LogConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { fileError } from "../files/errors.ts";

/**
 * The log in a file that is replaced by a new one when it is large or old enough; the old ones carry the time in their
 * names. A full disk costs lines of the log and never the agent.
 */

export interface LogFile {
  write(line: string): void;
  /** Opens the file again: somebody else may have moved it. */
  reopen(): void;
  close(): void;
}

/** Readable for the group, as upstream: the log holds no secret. */
const MODE = 0o640;
const OPEN = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
const DEFAULT_NAME = "agent.log";

const open = (path: string): number => {
  try {
    return openSync(path, OPEN, MODE);
  } catch (error) {
    throw new AgentError(`failed to setup logging: ${fileError("open", path, error).message}`);
  }
};

/** `agent.log` becomes `agent-1764484200000000000.log`. */
const rotatedName = (path: string, stamp: string): string => {
  const extension = extname(path) || ".log";
  return join(dirname(path), `${basename(path, extension)}-${stamp}${extension}`);
};

const prune = (path: string, keep: number): void => {
  if (keep <= 0) return;
  const [before = "", after = ""] = basename(rotatedName(path, "*")).split("*");
  const old = readdirSync(dirname(path)).filter(
    (name) =>
      name.startsWith(before) &&
      name.endsWith(after) &&
      /^\d+$/.test(name.slice(before.length, name.length - after.length)),
  );
  for (const name of old.sort().slice(0, -keep)) rmSync(join(dirname(path), name), { force: true });
};

type FileSettings = Pick<LogConfig, "rotateBytes" | "rotateDuration" | "rotateMaxFiles">;

/** A path that ends in a slash is a folder for `agent.log`. Throws `AgentError` when it cannot be opened. */
export const openLogFile = (given: string, settings: FileSettings, clock: Clock): LogFile => {
  const path = given.endsWith("/") ? join(given, DEFAULT_NAME) : given;
  let file: number | undefined = open(path);
  let written = fstatSync(file).size;
  let since = clock.now();
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const begin = (): number => {
    file ??= open(path);
    return file;
  };
  const rotate = (): void => {
    close();
    renameSync(path, rotatedName(path, `${clock.now()}000000`));
    written = 0;
    since = clock.now();
    prune(path, settings.rotateMaxFiles);
  };
  const isDue = (): boolean =>
    (settings.rotateBytes > 0 && written >= settings.rotateBytes) || clock.now() - since >= settings.rotateDuration;
  return {
    write: (line) => {
      try {
        if (written > 0 && isDue()) rotate();
        written += writeSync(begin(), line);
      } catch {
        // Nothing can be said about it where it would be said; the line went to standard error, too.
      }
    },
    reopen: close,
    close,
  };
};
