import { z } from "zod";
import { SETTINGS, settingIn } from "../../core/config/settings.ts";
import { changeSetting } from "../../core/config/turn.ts";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { cut, shown } from "../../std/shown.ts";

/**
 * `sys/loggers`: the operator's log levels, kept for every environment. The operator's log says only what needs
 * attention, so no level silences it; the levels are here for tools that set and read them.
 */

const DEFAULT_LEVEL = "info";
const SPELLINGS: Readonly<Record<string, string>> = {
  trace: "trace",
  debug: "debug",
  notice: "info",
  info: "info",
  "": "info",
  warn: "warn",
  warning: "warn",
  err: "error",
  error: "error",
};
const LOGGERS = ["audit", "core", "expiration", "identity", "policy", "storage", "token"];

const Levels = z.record(z.string(), z.string());

const levelOf = (text: string | undefined): string => {
  if (!text) throw invalidRequest("level is required");
  const level = Object.hasOwn(SPELLINGS, text.toLowerCase()) ? SPELLINGS[text.toLowerCase()] : undefined;
  if (level === undefined) throw invalidRequest(`invalid level provided: unknown log level: ${cut(text)}`);
  return level;
};

const input = z.object({ level: field.text("trace, debug, info, warn or error") });

export const loggerPaths = (core: Core) => {
  const levelsIn = (snapshot: Snapshot): Readonly<Record<string, string>> => {
    const defaults = Object.fromEntries(LOGGERS.map((name) => [name, DEFAULT_LEVEL]));
    return { ...defaults, ...settingIn(snapshot, SETTINGS.logLevels)?.levels };
  };
  const levels = async () => levelsIn(await core.config.snapshot());
  const put = (name: string, level: string) =>
    changeSetting(core, SETTINGS.logLevels, (snapshot) => ({ levels: { ...levelsIn(snapshot), [name]: level } }));
  const known = (name: string): string => {
    if (!LOGGERS.includes(name)) throw invalidRequest(`logger ${shown(name)} not found`);
    return name;
  };

  return [
    path("loggers", {
      summary: "levels of all loggers",
      params: {},
      ops: {
        read: op({ summary: "read the levels", answers: Levels, handle: async () => ({ data: await levels() }) }),
        update: op({
          summary: "set the level of all loggers",
          answers: "nothing",
          input,
          handle: async ({ input: { level } }) => {
            const wanted = levelOf(level);
            const all = Object.fromEntries(LOGGERS.map((name) => [name, wanted]));
            await core.config.putSetting(SETTINGS.logLevels, { levels: all });
            return undefined;
          },
        }),
        delete: op({
          summary: "reset all loggers",
          answers: "nothing",
          handle: async () => {
            await core.config.putSetting(SETTINGS.logLevels, undefined);
            return undefined;
          },
        }),
      },
    }),
    path("loggers/{name}", {
      summary: "level of a logger",
      params: { name: "name of the logger" },
      ops: {
        read: op({
          summary: "read the level of a logger",
          answers: Levels,
          handle: async ({ params }) => ({
            data: { [known(params.name)]: (await levels())[params.name] ?? DEFAULT_LEVEL },
          }),
        }),
        update: op({
          summary: "set the level of a logger",
          answers: "nothing",
          input,
          handle: async ({ params, input: { level } }) => {
            await put(known(params.name), levelOf(level));
            return undefined;
          },
        }),
        delete: op({
          summary: "reset a logger",
          answers: "nothing",
          handle: async ({ params }) => {
            await put(known(params.name), DEFAULT_LEVEL);
            return undefined;
          },
        }),
      },
    }),
  ];
};
