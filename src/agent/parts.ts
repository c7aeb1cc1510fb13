import type { Client, ClientSettings } from "../client/index.ts";
import { fillAddresses } from "./addresses.ts";
import { openClient, settingsFor } from "./client.ts";
import type { AgentConfig, AutoAuthConfig } from "./config/model.ts";
import type { Part, Surroundings, Tokens } from "./contract.ts";
import { doubting } from "./doubt.ts";
import type { Listeners } from "./listener/index.ts";
import { createRelay } from "./relay.ts";
import type { Prepared } from "./template/index.ts";

/**
 * The parts a configuration asks for. Each room is loaded only where it is asked for: the agent stays small, and starts
 * quickly.
 */

export interface Assembly {
  /** Of the agent itself, which asks for the version of the server. */
  readonly client: Client;
  readonly listeners: Listeners | undefined;
  /** Begins with the login. The parts come in the order in which they began, the listeners first. */
  start(): Promise<readonly Part[]>;
  /** Ends open connections, once the parts have stopped. */
  close(): void;
}

type Open = (settings: Partial<ClientSettings>) => Client;
type Begin = (tokens: Tokens) => Part;

/** Templates and the program, which ask the server for secrets. */
const renderers = async (config: AgentConfig, surroundings: Surroundings, open: Open): Promise<readonly Begin[]> => {
  const { maxConnectionsPerHost: maxConnections } = config.templateServer;
  const settings = { ...settingsFor(config, "templating"), maxConnections };
  const prepared: Prepared[] = [];
  if (config.templates.length > 0) {
    const { prepareTemplates } = await import("./template/index.ts");
    prepared.push(prepareTemplates(config, surroundings));
  }
  if (config.exec !== undefined) {
    const { prepareSupervisor } = await import("./supervisor/index.ts");
    prepared.push(prepareSupervisor(config, config.exec, surroundings));
  }
  return prepared.map((begin) => (tokens) => begin(doubting(open(settings), tokens), tokens));
};

const prepareAuth = async (
  config: AgentConfig,
  autoAuth: AutoAuthConfig,
  surroundings: Surroundings,
  open: Open,
): Promise<(connect: (tokens: Tokens) => void) => readonly Part[]> => {
  const [{ createMethod, startAuth }, { createSinks }, others] = await Promise.all([
    import("./auth/index.ts"),
    import("./sink/index.ts"),
    renderers(config, surroundings, open),
  ]);
  const client = open(settingsFor(config, "auto-auth"));
  const sinks = await createSinks(autoAuth.sinks, surroundings, client);
  const method = createMethod(autoAuth.method, { vault: config.vault, surroundings });
  return (connect) => {
    const auth = startAuth({ autoAuth, method, client, surroundings });
    connect(auth);
    return [auth, sinks.start(auth), ...others.map((begin) => begin(auth))];
  };
};

const listen = async (config: AgentConfig, tokens: Tokens, surroundings: Surroundings, open: Open) => {
  if (config.listeners.length === 0) return undefined;
  const { startListeners } = await import("./listener/index.ts");
  const lent = config.autoAuth === undefined ? {} : { tokens };
  const listeners = await fillAddresses(config.listeners);
  return startListeners({
    config: { ...config, listeners },
    client: open(settingsFor(config, "proxying", "caching")),
    ...lent,
    surroundings,
  });
};

/**
 * Makes the parts. Whatever may refuse the configuration has done so when this returns, before the first login: that
 * may use up a secret id. Throws `AgentError`, with nothing left open.
 */
export const assemble = async (config: AgentConfig, surroundings: Surroundings): Promise<Assembly> => {
  const client = openClient(config);
  const clients = [client];
  const open: Open = (settings) => {
    const made = client.with(settings);
    clients.push(made);
    return made;
  };
  const close = (): void => {
    for (const each of clients.reverse()) each.close();
  };
  try {
    const { autoAuth } = config;
    const relay = createRelay();
    const begin = autoAuth && (await prepareAuth(config, autoAuth, surroundings, open));
    const listeners = await listen(config, relay.tokens, surroundings, open);
    const first = listeners === undefined ? [] : [listeners];
    return { client, listeners, close, start: async () => [...first, ...(begin?.(relay.connect) ?? [])] };
  } catch (error) {
    close();
    throw error;
  }
};
