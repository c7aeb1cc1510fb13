import type { Client, Token } from "../../client/contract.ts";
import { sameSecret } from "../../std/same-secret.ts";
import { createBackOff } from "../back-off.ts";
import type { AgentConfig } from "../config/model.ts";
import { AgentError, type Login, type Surroundings, type Tokens } from "../contract.ts";
import type { TemplateFailure } from "./failure.ts";
import { createFetch } from "./fetch.ts";
import { createGate } from "./gate.ts";
import type { Job } from "./job.ts";
import { renewUntilItEnds } from "./renewal.ts";
import { type Passed, type Runner, startRunner } from "./runner.ts";

/**
 * Keeps a runner for the newest token: a new token begins everything again. What fails is tried again with growing
 * waits, or ends the agent where that is configured.
 */

export interface ServerSettings {
  readonly jobs: readonly Job[];
  readonly config: AgentConfig;
  readonly client: Client;
  readonly tokens: Tokens;
  readonly surroundings: Surroundings;
  readonly passed: (state: Passed) => void;
  /** The agent cannot go on. */
  readonly ended: (error: AgentError) => void;
}

export interface Server {
  stop(): Promise<void>;
}

const USUAL = { least: 1000, most: 300_000 };
/** Waits between tries of one fetch. Source: consul-template's `RetryConfig`. */
const USUAL_TRIES = { least: 250, most: 60_000 };

export const startServer = (settings: ServerSettings): Server => {
  const { jobs, config, client, tokens, surroundings } = settings;
  const { random, timer, log } = surroundings;
  const method = config.autoAuth?.method;
  const backOff = createBackOff(method?.minBackoff ?? USUAL.least, method?.maxBackoff ?? USUAL.most, random);
  const { templateServer } = config;
  const gate = createGate(templateServer.maxConnectionsPerHost);
  let runner: Runner | undefined;
  let latest: Token | undefined;
  let cancelRetry: (() => void) | undefined;
  let isStopped = false;

  const passed = (state: Passed): void => {
    if (state.isComplete) backOff.reset();
    settings.passed(state);
  };

  const failed = ({ message }: TemplateFailure, by: "command" | "template"): void => {
    if (isStopped) return;
    const ends = templateServer.exitOnRetryFailure || (config.exitAfterAuth && by === "command");
    if (ends) {
      log.error("template server error", { error: message });
      settings.ended(new AgentError(`template server: ${message}`));
      return;
    }
    const waits = cancelRetry !== undefined;
    const wait = waits ? 0 : Math.round(backOff.next());
    log.error("template server error", waits ? { error: message } : { error: message, retry_after_ms: wait });
    if (waits) return;
    cancelRetry = timer(wait, () => {
      cancelRetry = undefined;
      runner?.again();
    });
  };

  const start = (token: Token): Runner =>
    startRunner({
      jobs,
      surroundings,
      passed,
      failed,
      retrying: {
        retries: config.vault.retries,
        least: method?.writtenBackoff?.min ?? USUAL_TRIES.least,
        most: method?.writtenBackoff?.max ?? USUAL_TRIES.most,
      },
      openFetch: () =>
        createFetch({
          client,
          token,
          surroundings,
          gate,
          rules: {
            interval: templateServer.staticSecretRenderInterval,
            threshold: templateServer.leaseRenewalThreshold,
          },
          namespace: config.vault.namespace,
        }),
      renewed: (name, secret, { signal, log: hidden }) =>
        renewUntilItEnds({ client, token, surroundings, log: hidden, name, secret, signal }),
    });

  const replace = (token: Token): void => {
    latest = token;
    cancelRetry?.();
    cancelRetry = undefined;
    const old = runner;
    runner = undefined;
    const begin = (): void => {
      if (!isStopped && latest && sameSecret(latest.reveal(), token.reveal())) runner = start(token);
    };
    // Files of the old token must not be written over those of the new one.
    if (old) void old.stop().then(begin);
    else begin();
  };

  const received = (login: Login): void => {
    if (login.kind === "wrapped") {
      log.error("templates cannot use a token that is wrapped");
      return;
    }
    if (isStopped || (latest && sameSecret(latest.reveal(), login.token.reveal()))) return;
    if (latest && config.exitAfterAuth) {
      log.info("template server not restarting with new token with exit_after_auth set to true");
      return;
    }
    log.info("template server received new token");
    replace(login.token);
  };

  const unsubscribe = tokens.subscribe(received);
  return {
    stop: async () => {
      isStopped = true;
      unsubscribe();
      cancelRetry?.();
      latest = undefined;
      await runner?.stop();
    },
  };
};
