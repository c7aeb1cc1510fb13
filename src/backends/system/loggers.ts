import { z } from "zod";
import { SETTINGS, settingIn } from "../../core/config/settings.ts";
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
  const levels = async (): Promise<Readonly<Record<string, string>>> => {
    const stored = settingIn(await core.config.snapshot(), SETTINGS.logLevels)?.levels;
    const defaults = Object.fromEntries(LOGGERS.map((name) => [name, DEFAULT_LEVEL]));
    return { ...defaults, ...stored };
  };
  const put = (all: Readonly<Record<string, string>>) => core.config.putSetting(SETTINGS.logLevels, { levels: all });
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
            await put(Object.fromEntries(LOGGERS.map((name) => [name, wanted])));
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
            const name = known(params.name);
            await put({ ...(await levels()), [name]: levelOf(level) });
            return undefined;
          },
        }),
        delete: op({
          summary: "reset a logger",
          answers: "nothing",
          handle: async ({ params }) => {
            const name = known(params.name);
            await put({ ...(await levels()), [name]: DEFAULT_LEVEL });
            return undefined;
          },
        }),
      },
    }),
  ];
};
