import { type Client, type ClientSettings, createClient, SettingsError } from "../client/index.ts";
import { VAULT_VERSION } from "../contract/version.ts";
import type { AgentConfig, Subsystem } from "./config/model.ts";
import { AgentError, type Log, type Part, type Surroundings } from "./contract.ts";
import { removePidFile, writePidFile } from "./process/pid-file.ts";
import type { Signals } from "./process/signals.ts";
import { reloading, type Systemd } from "./process/systemd.ts";

/**
 * The agent: makes the parts a configuration asks for, runs them side by side until one of them or a signal ends the
 * run, and stops them in order. It trusts the configuration. It must never end with success while something that was
 * asked for is not done, and must leave nothing running behind it.
 */

export interface Outside {
  readonly surroundings: Surroundings;
  readonly signals: Signals;
  readonly systemd: Systemd;
  /** Standard output, for who started the agent by hand. */
  readonly print: (line: string) => void;
  /** Standard error: what must be seen, whatever the log's level. */
  readonly complain: (line: string) => void;
  readonly pid: number;
  /** Reads the configuration again and takes over what may change while running: the level of the log. Throws `AgentError`. */
  readonly reload: () => void;
}

const STOP_LIMIT = 30_000;
const PROBE_LIMIT = 10_000;
const NO_RETRY = { retries: 0, minWait: 0, maxWait: 0 };
const RETRY = { minWait: 250, maxWait: 60_000 };

/** Who asks, as logs of the server show it. */
const agentOf = (subsystem: string): string => `Zeroth-Agent/${VAULT_VERSION} (${subsystem})`;

const settingsOf = ({ vault, autoAuth }: AgentConfig): ClientSettings => {
  const namespace = vault.namespace ?? autoAuth?.method.namespace;
  return {
    address: vault.address,
    tls: vault.tls,
    userAgent: agentOf("agent"),
    retry: { ...RETRY, retries: vault.retries },
    ...(namespace === undefined ? {} : { namespace }),
    ...(vault.timeout === undefined ? {} : { timeout: vault.timeout }),
  };
};

const openClient = (config: AgentConfig): Client => {
  try {
    return createClient(settingsOf(config));
  } catch (error) {
    throw error instanceof SettingsError ? new AgentError(`Error fetching client: ${error.message}`) : error;
  }
};

/** The settings of one part: its own name, and no connections kept where that is asked for. */
const settingsFor = (config: AgentConfig, subsystem: Subsystem): Partial<ClientSettings> => ({
  userAgent: agentOf(subsystem),
  ...([...config.disableIdleConnections, ...config.disableKeepAlives].includes(subsystem) ? { keepAlive: false } : {}),
});

/** Only a note: a server that does not answer yet is waited for by others. */
const probe = async (client: Client, print: (line: string) => void): Promise<void> => {
  const answer = await client
    .with({ timeout: PROBE_LIMIT })
    .call({ method: "GET", path: "sys/health", retry: NO_RETRY })
    .catch(() => undefined);
  const version = answer?.secret?.data?.["version"];
  if (typeof version === "string" && version !== VAULT_VERSION) {
    print(`==> Note: the agent speaks the API of version ${VAULT_VERSION}, the server that of ${version}`);
  }
};

const banner = (config: AgentConfig): readonly string[] => {
  const rows: [string, string][] = [
    ...config.listeners.map((listener, at): [string, string] => [
      `Api Address ${at + 1}`,
      listener.type === "unix"
        ? `unix://${listener.address}`
        : `${listener.tls === undefined ? "http" : "https"}://${listener.address}`,
    ]),
    ["Log Level", config.log.level],
    ["Server", config.vault.address],
    ["Version", VAULT_VERSION],
  ];
  return [
    "",
    "==> Zeroth agent configuration:",
    "",
    ...rows.map(([name, value]) => `${name.padStart(24)}: ${value}`),
    "",
  ];
};

/** Where an error came from, without its message: text of a library may hold what it was given. */
const unexpected = (error: unknown): string => {
  if (!(error instanceof Error)) return "unexpected failure";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`unexpected ${error.name}`, ...frames.slice(0, 4).map((line) => line.trim())].join(" ");
};

interface End {
  readonly code: number;
  readonly why: string;
}

const ofPart = ({ ended }: Part): Promise<End> =>
  new Promise((resolve) => {
    ended.then(
      (code) => {
        if (code !== undefined) resolve({ code, why: `process exited with exit code ${code}` });
      },
      (error) => resolve({ code: 1, why: reasonOf(error) }),
    );
  });

/** The first end: a signal, a part, or everything done. */
const firstEnd = (parts: readonly Part[], { signals }: Outside, exitWhenReady: boolean): Promise<End> => {
  const ready = Promise.all(parts.map((part) => part.ready)).then(
    () => ({ code: 0, why: "everything is done" }),
    (error) => ({ code: 1, why: reasonOf(error) }),
  );
  const stopped = signals.stop.then((signal) => ({ code: 0, why: signal }));
  return Promise.race([stopped, ...parts.map(ofPart), ...(exitWhenReady ? [ready] : [])]);
};

const stopAll = async (parts: readonly Part[], { surroundings: { timer, log } }: Outside): Promise<void> => {
  let cancel = (): void => undefined;
  const tooLong = new Promise<void>((resolve) => {
    cancel = timer(STOP_LIMIT, () => {
      log.warn("a part of the agent did not stop in time");
      resolve();
    });
  });
  // The last one first: a child that is ending may still need the listener, and the listener a token.
  const inOrder = async (): Promise<void> => {
    for (const part of [...parts].reverse()) await part.stop();
  };
  await Promise.race([inOrder(), tooLong]).finally(cancel);
};

/** What a run has opened, in the order in which it did. */
interface Opened {
  readonly parts: Part[];
  readonly clients: Client[];
  hasPidFile: boolean;
  isReady: boolean;
}

/** Everything that may refuse the configuration does so before the agent says that it has started. */
const prepare = async (config: AgentConfig, outside: Outside, opened: Opened): Promise<() => Promise<void>> => {
  const { surroundings, print } = outside;
  const clientOf = (subsystem: Subsystem, more: Partial<ClientSettings> = {}): Client => {
    const made = client.with({ ...settingsFor(config, subsystem), ...more });
    opened.clients.push(made);
    return made;
  };
  const client = openClient(config);
  opened.clients.push(client);
  probe(client, print).catch(() => undefined);
  const { autoAuth } = config;
  if (config.listeners.length > 0) throw new AgentError("'listener' is not built yet");
  if (autoAuth === undefined) {
    print("No auto_auth block found in config, the automatic authentication feature will not be started");
    return async () => undefined;
  }
  const [{ createMethod, startAuth }, { createSinks }] = await Promise.all([
    import("./auth/index.ts"),
    import("./sink/index.ts"),
  ]);
  const authClient = clientOf("auto-auth");
  const sinks = await createSinks(autoAuth.sinks, surroundings, authClient);
  const method = createMethod(autoAuth.method, { vault: config.vault, surroundings });
  const { maxConnectionsPerHost } = config.templateServer;
  return async () => {
    const auth = startAuth({ autoAuth, method, client: authClient, surroundings });
    opened.parts.push(auth, sinks.start(auth));
    if (config.templates.length > 0) {
      const { startTemplates } = await import("./template/index.ts");
      const templating = clientOf("templating", { maxConnections: maxConnectionsPerHost });
      opened.parts.push(startTemplates(config, templating, auth, surroundings));
    }
    if (config.exec !== undefined) {
      const { startSupervisor } = await import("./supervisor/index.ts");
      const templating = clientOf("templating", { maxConnections: maxConnectionsPerHost });
      opened.parts.push(startSupervisor(config, templating, auth, surroundings));
    }
  };
};

const storePid = async (path: string, { pid, surroundings }: Outside): Promise<void> => {
  try {
    await writePidFile(path, pid, surroundings.random);
  } catch (error) {
    throw error instanceof AgentError ? new AgentError(`Error storing PID: ${error.message}`) : error;
  }
};

const start = async (config: AgentConfig, outside: Outside, opened: Opened): Promise<void> => {
  const { print, systemd, signals, surroundings } = outside;
  const startParts = await prepare(config, outside, opened);
  print("==> Zeroth agent started! Log data will stream in below:");
  for (const line of banner(config)) print(line);
  if (config.pidFile !== undefined) {
    await storePid(config.pidFile, outside);
    opened.hasPidFile = true;
  }
  await startParts();
  signals.onReload(() => reload(outside, surroundings.log));
  opened.isReady = true;
  systemd.tell("READY=1").catch(() => undefined);
};

const reload = (outside: Outside, log: Log): void => {
  outside.print("==> Zeroth agent config reload triggered");
  outside.systemd.tell(reloading()).catch(() => undefined);
  try {
    outside.reload();
  } catch (error) {
    log.error("the configuration could not be read again", { error: reasonOf(error) });
  }
  outside.systemd.tell("READY=1").catch(() => undefined);
};

const reasonOf = (error: unknown): string => (error instanceof AgentError ? error.message : unexpected(error));

const stop = async (config: AgentConfig, outside: Outside, opened: Opened): Promise<void> => {
  const told = opened.isReady ? outside.systemd.tell("STOPPING=1") : undefined;
  await stopAll(opened.parts, outside);
  for (const client of opened.clients.reverse()) client.close();
  if (config.pidFile !== undefined && opened.hasPidFile) await removePidFile(config.pidFile, outside.pid);
  await told;
};

/** Answers the exit code. An `AgentError` of the start is thrown, for whoever prints it. */
export const run = async (config: AgentConfig, outside: Outside): Promise<number> => {
  const { complain, print, signals, surroundings } = outside;
  const opened: Opened = { parts: [], clients: [], hasPidFile: false, isReady: false };
  signals.stop.then(() => print("==> Zeroth agent shutdown triggered")).catch(() => undefined);
  try {
    await start(config, outside, opened);
    const end = await firstEnd(opened.parts, outside, config.exitAfterAuth && config.autoAuth !== undefined);
    if (end.code !== 0) {
      surroundings.log.error("runtime error encountered", { error: end.why, exitCode: end.code });
      complain("Error encountered during run, refer to logs for more details.");
    }
    return end.code;
  } finally {
    await stop(config, outside, opened);
  }
};
