import type { Clock } from "../../std/time.ts";
import type { LogConfig } from "../config/model.ts";
import type { Fields, Level, Log } from "../contract.ts";
import { LINES } from "./line.ts";

/** The agent's log: one line for each event, to standard error and, where one is configured, to a file. */

const LEVELS: readonly Level[] = ["trace", "debug", "info", "warn", "error"];

export interface AgentLog extends Log {
  setLevel(level: Level): void;
}

export interface LogSettings {
  readonly level: Level;
  readonly format: LogConfig["format"];
  readonly clock: Clock;
  /** Gets whole lines. */
  readonly write: (line: string) => void;
}

export const makeLog = ({ format, clock, write, ...settings }: LogSettings): AgentLog => {
  let least = LEVELS.indexOf(settings.level);
  const line = LINES[format];
  const named = (module: string): Log => {
    const at =
      (level: Level) =>
      (message: string, fields: Fields = {}): void => {
        if (LEVELS.indexOf(level) >= least) write(line({ time: clock.now(), level, module, message, fields }));
      };
    return {
      trace: at("trace"),
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      named: (name) => named(`${module}.${name}`),
    };
  };
  return {
    ...named("agent"),
    setLevel: (level) => {
      least = LEVELS.indexOf(level);
    },
  };
};
