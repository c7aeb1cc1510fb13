import type { Client } from "../../client/contract.ts";
import { goQuote } from "../../std/go-quote.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { AgentConfig, EnvTemplateConfig, ExecConfig } from "../config/model.ts";
import { AgentError, type Part, type Surroundings, type Tokens } from "../contract.ts";
import { type Job, type Prepared, type ReadTemplate, readTemplate, startServer } from "../template/index.ts";
import { type Child, startChild } from "./child.ts";
import { areSame, variableOf } from "./values.ts";

/**
 * Runs a program with secrets in its environment and starts it again when they change. It trusts the configuration. It
 * must never log a value, nor leave the program running when the agent has ended.
 */

/** Milliseconds in which several changes become one restart. */
const GATHER = 2000;
/** Milliseconds between the stop signal and SIGKILL: for a restart, and at the agent's end, which has 30 seconds in all. */
const PATIENCE = 30_000;
const LAST_PATIENCE = 27_000;

type Values = ReadonlyMap<string, string>;

interface Program {
  /** All values are there, or there again. */
  update(values: Values): void;
  stop(): Promise<void>;
}

/** `ended`: the program ended by itself; `failed`: it cannot be started. */
const createProgram = (
  exec: ExecConfig,
  surroundings: Surroundings,
  ended: (code: number) => void,
  failed: (error: AgentError) => void,
): Program => {
  const { timer, log } = surroundings;
  let running: Child | undefined;
  /** One that was told to end and has not yet. */
  let ending: Child | undefined;
  let latest: Sensitive<Values> | undefined;
  let cancel = (): void => undefined;
  let restarting: Promise<void> | undefined;
  let isStopped = false;

  const start = (values: Values): void => {
    if (isStopped) return;
    const child = startChild(exec, values, surroundings);
    running = child;
    if (child.pid !== undefined) log.info("started process", { process_id: child.pid });
    child.ended.then(
      (code) => {
        // One that was told to end, or was followed by another, says nothing about the agent.
        if (running !== child) return;
        running = undefined;
        log.info("process exited", { exit_code: code });
        ended(code);
      },
      (error: unknown) =>
        failed(error instanceof AgentError ? error : new AgentError("the process could not be started")),
    );
  };

  const restart = async (): Promise<void> => {
    const old = running;
    running = undefined;
    if (old) {
      log.info("stopping process", { process_id: old.pid ?? 0 });
      ending = old;
      await old.stop(PATIENCE);
      ending = undefined;
    }
    if (latest) start(latest.reveal());
  };

  const changed = (): void => {
    if (exec.restartOnSecretChanges === "never") {
      log.info("detected update, but not restarting process", { process_id: running?.pid ?? 0 });
      return;
    }
    // While one is being stopped, the next one takes the newest values.
    restarting ??= restart().finally(() => {
      restarting = undefined;
    });
  };

  return {
    update: (values) => {
      if (areSame(values, latest?.reveal())) return;
      const isFirst = latest === undefined;
      latest = new Sensitive(values);
      if (isFirst) {
        start(values);
        return;
      }
      cancel();
      cancel = timer(GATHER, changed);
    },
    stop: async () => {
      isStopped = true;
      cancel();
      latest = undefined;
      const last = running;
      running = undefined;
      await Promise.all([last?.stop(LAST_PATIENCE), ending?.stop(LAST_PATIENCE), restarting]);
    },
  };
};

const jobsOf = (
  templates: readonly (EnvTemplateConfig & ReadTemplate)[],
  values: Map<string, string>,
): readonly Job[] =>
  templates.map((template) => ({
    name: `${goQuote(template.source ?? "(dynamic)")} => ${template.name}`,
    template,
    errorFatal: template.errorFatal,
    deliver: async (content) => {
      const value = variableOf(template.name, content);
      const isOther = values.get(template.name) !== value;
      values.set(template.name, value);
      return isOther;
    },
  }));

const never = new Promise<never>(() => undefined);

interface Supervised {
  readonly config: AgentConfig;
  readonly exec: ExecConfig;
  readonly templates: readonly (EnvTemplateConfig & ReadTemplate)[];
  readonly surroundings: Surroundings;
}

const start = ({ config, exec, templates, surroundings }: Supervised, client: Client, tokens: Tokens): Part => {
  const here = { ...surroundings, log: surroundings.log.named("exec.server") };
  const values = new Map<string, string>();
  const jobs = jobsOf(templates, values);
  here.log.info("starting exec server");
  let end = (_: number): void => undefined;
  let fail = (_: AgentError): void => undefined;
  const ended = new Promise<number>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const program = createProgram(exec, here, end, fail);
  const server = startServer({
    jobs,
    config,
    client,
    tokens,
    surroundings: here,
    passed: ({ isRendered }) => {
      if (isRendered) program.update(new Map(values));
    },
    ended: fail,
  });
  return {
    // The program's end is the agent's: there is nothing else to wait for.
    ready: never,
    ended,
    stop: async () => {
      await Promise.all([server.stop(), program.stop()]);
      values.clear();
      here.log.info("exec server stopped");
    },
  };
};

/** Reads the sources of the templates. `ended` of the part tells the program's own exit code. Throws `AgentError`. */
export const prepareSupervisor = (config: AgentConfig, exec: ExecConfig, surroundings: Surroundings): Prepared => {
  const templates = config.envTemplates.map(readTemplate);
  return (client, tokens) => start({ config, exec, templates, surroundings }, client, tokens);
};
