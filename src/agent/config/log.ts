import { defined } from "../../std/defined.ts";
import { DurationError, parseExactDuration } from "../../std/time.ts";
import { AgentError } from "../contract.ts";
import type { LogConfig } from "./model.ts";
import type { Members } from "./values.ts";

/** What the log is told: the `log_*` keys as texts, so that flags and the environment can go before them. */

export interface LogBlock {
  readonly level?: string | undefined;
  readonly format?: string | undefined;
  readonly file?: string | undefined;
  readonly rotateBytes?: number | undefined;
  readonly rotateDuration?: string | undefined;
  readonly rotateMaxFiles?: number | undefined;
}

export const logBlockOf = (file: Members): LogBlock => ({
  level: file.name("log_level"),
  format: file.name("log_format"),
  file: file.name("log_file"),
  rotateBytes: file.integer("log_rotate_bytes"),
  rotateDuration: file.name("log_rotate_duration"),
  rotateMaxFiles: file.integer("log_rotate_max_files"),
});

const LEVELS = new Map<string, LogConfig["level"]>([
  ["trace", "trace"],
  ["debug", "debug"],
  ["notice", "info"],
  ["info", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["err", "error"],
  ["error", "error"],
]);

const FORMATS = new Map<string, LogConfig["format"]>([
  ["standard", "standard"],
  ["json", "json"],
]);

const DAY = 86_400_000;

const rotateDurationOf = (text: string | undefined): number => {
  try {
    const ms = parseExactDuration(text ?? "") * 1000;
    if (ms < 0) throw new DurationError("a duration cannot be negative");
    return ms || DAY;
  } catch (error) {
    throw error instanceof DurationError ? new AgentError(`log_rotate_duration: ${error.message}`) : error;
  }
};

export const logOf = (block: LogBlock): LogConfig => {
  const level = LEVELS.get((block.level ?? "info").trim().toLowerCase());
  const format = FORMATS.get((block.format ?? "standard").trim().toLowerCase());
  if (level === undefined) throw new AgentError(`unknown log level: ${block.level}`);
  if (format === undefined) throw new AgentError(`unknown log format: ${block.format}`);
  return {
    level,
    format,
    ...defined({ file: block.file }),
    rotateBytes: block.rotateBytes ?? 0,
    rotateDuration: rotateDurationOf(block.rotateDuration),
    rotateMaxFiles: block.rotateMaxFiles ?? 0,
  };
};
