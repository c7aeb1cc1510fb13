import type { Client } from "../../client/contract.ts";
import { goQuote } from "../../std/go-quote.ts";
import type { AgentConfig, TemplateConfig } from "../config/model.ts";
import type { AgentError, Part, Surroundings, Tokens } from "../contract.ts";
import { writeDestination } from "./destination.ts";
import type { Job } from "./job.ts";
import { createSweep } from "./left-overs.ts";
import { startServer } from "./server.ts";
import { type ReadTemplate, readTemplate } from "./source.ts";

/**
 * Renders templates into files and keeps them fresh: fetches what they ask for, renders again when it changes, runs
 * their commands. It trusts the configuration, never the text of a secret. It must never write half a file, follow a
 * link out of a folder, or let a secret reach a log.
 */

export { TemplateFailure } from "./failure.ts";
export type { Job } from "./job.ts";
export { startServer } from "./server.ts";
export { type ReadTemplate, readTemplate } from "./source.ts";

/** What has read the configuration and all it names; the part begins with it. */
export type Prepared = (client: Client, tokens: Tokens) => Part;

type Template = TemplateConfig & ReadTemplate;

const jobOf = (config: Template, surroundings: Surroundings, sweep: (path: string) => Promise<void>): Job => {
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
    template: config,
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

interface Rendering {
  readonly config: AgentConfig;
  readonly templates: readonly Template[];
  readonly surroundings: Surroundings;
}

const start = ({ config, templates, surroundings }: Rendering, client: Client, tokens: Tokens): Part => {
  const here = { ...surroundings, log: surroundings.log.named("template.server") };
  let isReady = (): void => undefined;
  let hasFailed = (_: AgentError): void => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const ended = new Promise<number | undefined>((_, reject) => {
    hasFailed = reject;
  });
  here.log.info("starting template server");
  const sweep = createSweep();
  const server = startServer({
    jobs: templates.map((template) => jobOf(template, here, sweep)),
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

/**
 * Reads the sources of the templates. `client` is that of the server the secrets come from; the token of each call comes
 * from `tokens`. Throws `AgentError`: a source cannot be read.
 */
export const prepareTemplates = (config: AgentConfig, surroundings: Surroundings): Prepared => {
  const templates = config.templates.map(readTemplate);
  return (client, tokens) => start({ config, templates, surroundings }, client, tokens);
};
