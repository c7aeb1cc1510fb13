import type { Server } from "node:http";
import { Server as SecureServer } from "node:https";
import type { Client } from "../../client/index.ts";
import { VAULT_VERSION } from "../../contract/version.ts";
import { createLeaseCache } from "../cache/index.ts";
import type { AgentConfig, ListenerConfig, UseAutoAuthToken } from "../config/model.ts";
import { AgentError, type Log, type Part, type Surroundings, type Tokens } from "../contract.ts";
import { createProxy } from "../proxy/index.ts";
import { readKeyPair } from "./key-pair.ts";
import { createMetrics } from "./metrics.ts";
import { createAnswerer, type Routes } from "./routes.ts";
import { endServer, makeServer } from "./server.ts";
import { listenAt } from "./sockets.ts";

/**
 * The agent's listeners: programs on this machine ask them instead of the server, and may borrow the agent's token where
 * the configuration says so. They trust whoever can connect as far as that. They must never hand out the token itself,
 * send it to another host than the server's, or show one client what another one asked with a token of its own.
 */

export interface ListenerRequirements {
  readonly config: AgentConfig;
  /** For what is passed on, and for renewals of what is kept. */
  readonly client: Client;
  /** Absent without auto-auth. */
  readonly tokens?: Tokens | undefined;
  readonly surroundings: Surroundings;
}

export interface Listeners extends Part {
  /** `http://127.0.0.1:8100`, `unix:///run/agent.sock`: where they listen, a port of 0 being any free one. */
  readonly addresses: readonly string[];
  /** Reads certificates and keys again. One that cannot be read is logged, and the old one stays. */
  reload(): Promise<void>;
}

/** Milliseconds for requests that run when the agent ends. */
const GRACE = 5000;

interface Running {
  readonly config: ListenerConfig;
  readonly server: Server;
}

const lendOf = ({ apiProxy, cache }: AgentConfig): UseAutoAuthToken =>
  (apiProxy?.useAutoAuthToken || cache?.useAutoAuthToken) ?? false;

const shownAddress = ({ config, server }: Running): string => {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return `unix://${config.address}`;
  const host = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
  return `${config.tls === undefined ? "http" : "https"}://${host}:${bound.port}`;
};

const restated = (cause: unknown): never => {
  throw cause instanceof AgentError ? new AgentError(`Error starting listener: ${cause.message}`) : cause;
};

const start = async (config: ListenerConfig, routes: Omit<Routes, "config">): Promise<Running> => {
  const tls = config.tls === undefined ? undefined : await readKeyPair(config.tls).catch(restated);
  const server = makeServer(createAnswerer({ ...routes, config }), tls);
  await listenAt(server, config);
  return { config, server };
};

const reloaded = async ({ config, server }: Running, log: Log): Promise<void> => {
  if (config.tls === undefined || !(server instanceof SecureServer)) return;
  try {
    server.setSecureContext(await readKeyPair(config.tls));
    log.info("certificate reloaded", { address: config.address });
  } catch (cause) {
    if (!(cause instanceof AgentError)) throw cause;
    log.error("the certificate stays as it was", { address: config.address, error: cause.message });
  }
};

const refusePersistence = ({ cache }: AgentConfig): void => {
  if (cache?.persist === undefined) return;
  throw new AgentError(
    "Error creating persistent cache: 'persist' is not supported; the cache is kept in memory alone",
  );
};

/** Throws `AgentError` where one of them cannot listen; then none does. */
export const startListeners = async (requirements: ListenerRequirements): Promise<Listeners> => {
  const { config, client, tokens, surroundings } = requirements;
  refusePersistence(config);
  const { timer, random, clock } = surroundings;
  const log = surroundings.log.named("apiproxy");
  const lend = lendOf(config);
  const { address, retries, namespace = config.autoAuth?.method.namespace } = config.vault;
  const userAgent = `Zeroth Agent API Proxy/${VAULT_VERSION} (node ${process.versions.node})`;
  const proxy = createProxy({ client, userAgent, address, retries, namespace, timer, clock, random });
  const cacheLog = surroundings.log.named("cache");
  const cache =
    config.cache &&
    createLeaseCache({ config: config.cache, next: proxy, client, namespace, surroundings, log: cacheLog });
  let quit = (): void => undefined;
  const ended = new Promise<number>((resolve) => {
    quit = () => resolve(0);
  });
  const routes = {
    lending: { lend, tokens },
    send: cache?.send ?? proxy,
    pass: proxy,
    cache,
    metrics: createMetrics(clock),
    log,
    timer,
    quit: () => quit(),
  };
  const running: Running[] = [];
  const unsubscribe = lend === false ? undefined : tokens?.subscribe((login) => cache?.manage(login));
  const stop = async (): Promise<void> => {
    unsubscribe?.();
    await Promise.all(running.map(({ server }) => endServer(server, GRACE)));
    cache?.stop();
  };
  try {
    for (const listener of config.listeners) running.push(await start(listener, routes));
  } catch (cause) {
    await stop();
    throw cause;
  }
  for (const one of running) log.info("listening", { address: shownAddress(one) });
  return {
    addresses: running.map(shownAddress),
    ready: Promise.resolve(),
    ended,
    stop,
    reload: async () => {
      for (const one of running) await reloaded(one, log);
    },
  };
};
