import type { Client } from "../../client/contract.ts";
import { goQuote } from "../../std/go-quote.ts";
import type { AgentConfig, TemplateConfig } from "../config/model.ts";
import type { AgentError, Part, Surroundings, Tokens } from "../contract.ts";
import { writeDestination } from "./destination.ts";
import type { Job } from "./job.ts";
import { createSweep } from "./left-overs.ts";
import { startServer } from "./server.ts";
import { readTemplate } from "./source.ts";

/**
 * Renders templates into files and keeps them fresh: fetches what they ask for, renders again when it changes, runs
 * their commands. It trusts the configuration, never the text of a secret. It must never write half a file, follow a
 * link out of a folder, or let a secret reach a log.
 */

export { TemplateFailure } from "./failure.ts";
export type { Job } from "./job.ts";
export { startServer } from "./server.ts";
export { readTemplate } from "./source.ts";

const jobOf = (config: TemplateConfig, surroundings: Surroundings, sweep: (path: string) => Promise<void>): Job => {
  const { destination, source, errorFatal, wait, command } = config;
  const target = {
    path: destination,
    createFolders: config.createDestDirs,
    mode: config.perms,
    backup: config.backup,
    user: config.user,
    group: config.group,
  };
  let isFirst = true;
  return {
    name: `${goQuote(source ?? "(dynamic)")} => ${goQuote(destination)}`,
    template: readTemplate(config),
    destination,
    errorFatal,
    wait,
    command,
    deliver: async (content) => {
      if (isFirst) await sweep(destination);
      isFirst = false;
      return writeDestination(target, content, surroundings);
    },
  };
};

/**
 * `client`: of the server the secrets come from; the token of each call comes from `tokens`. Throws `AgentError` where
 * the source of a template cannot be read.
 */
export const startTemplates = (
  config: AgentConfig,
  client: Client,
  tokens: Tokens,
  surroundings: Surroundings,
): Part => {
  const idle = config.templates.length === 0;
  const here = { ...surroundings, log: surroundings.log.named("template.server") };
  let isReady = (): void => undefined;
  let hasFailed = (_: AgentError): void => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const ended = new Promise<number | undefined>((_, reject) => {
    hasFailed = reject;
  });
  if (idle) {
    isReady();
    return { ready, ended, stop: async () => undefined };
  }
  here.log.info("starting template server");
  const sweep = createSweep();
  const server = startServer({
    jobs: config.templates.map((template) => jobOf(template, here, sweep)),
    config,
    client,
    tokens,
    surroundings: here,
    passed: ({ isComplete }) => {
      if (isComplete) isReady();
    },
    ended: hasFailed,
  });
  return {
    ready,
    ended,
    stop: async () => {
      await server.stop();
      here.log.info("template server stopped");
    },
  };
};
