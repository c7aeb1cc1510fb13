import { type Client, type ClientSettings, createClient, SettingsError } from "../client/index.ts";
import { VAULT_VERSION } from "../contract/version.ts";
import type { AgentConfig, Subsystem } from "./config/model.ts";
import { AgentError, type Part, type Surroundings } from "./contract.ts";
import { removePidFile, writePidFile } from "./process/pid-file.ts";
import type { Signals } from "./process/signals.ts";
import type { Systemd } from "./process/systemd.ts";

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

/** The client of one part of the agent: with its own name, and without open connections where that is asked for. */
const clientFor = (config: AgentConfig, client: Client, subsystem: Subsystem): Client => {
  const closed = [...config.disableIdleConnections, ...config.disableKeepAlives].includes(subsystem);
  const retry = subsystem === "auto-auth" ? { retry: NO_RETRY } : {};
  return client.with({ userAgent: agentOf(subsystem), ...retry, ...(closed ? { keepAlive: false } : {}) });
};

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

/** The first end: a signal, a part, or everything done. */
const firstEnd = (parts: readonly Part[], { signals }: Outside, exitWhenReady: boolean): Promise<number> => {
  const ends = parts.map(
    ({ ended }) =>
      new Promise<number>((resolve, reject) => {
        ended.then((code) => {
          if (code !== undefined) resolve(code);
        }, reject);
      }),
  );
  const ready = Promise.all(parts.map((part) => part.ready));
  // Each failure is told by `ended`, too; where nobody waits for `ready`, it must not end the process.
  ready.catch(() => undefined);
  const done = exitWhenReady ? [ready.then(() => 0)] : [];
  return Promise.race([signals.stop.then(() => 0), ...ends, ...done]);
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
  client?: Client;
  hasPidFile?: boolean;
}

const start = async (config: AgentConfig, outside: Outside, opened: Opened): Promise<void> => {
  const { surroundings, print, systemd, pid } = outside;
  const client = openClient(config);
  opened.client = client;
  probe(client, print).catch(() => undefined);
  if (config.autoAuth !== undefined) throw new AgentError("'auto_auth' is not built yet");
  if (config.listeners.length > 0) throw new AgentError("'listener' is not built yet");
  print("No auto_auth block found in config, the automatic authentication feature will not be started");
  print("==> Zeroth agent started! Log data will stream in below:");
  for (const line of banner(config)) print(line);
  if (config.pidFile !== undefined) {
    await writePidFile(config.pidFile, pid, surroundings.random);
    opened.hasPidFile = true;
  }
  await systemd.tell("READY=1");
};

/** Answers the exit code. An `AgentError` of the start is thrown, for whoever prints it. */
export const run = async (config: AgentConfig, outside: Outside): Promise<number> => {
  const { complain, surroundings, systemd } = outside;
  const opened: Opened = { parts: [] };
  try {
    await start(config, outside, opened);
    try {
      return await firstEnd(opened.parts, outside, config.exitAfterAuth && config.autoAuth !== undefined);
    } catch (error) {
      const why = error instanceof AgentError ? error.message : unexpected(error);
      surroundings.log.error("runtime error encountered", { error: why, exitCode: 1 });
      complain("Error encountered during run, refer to logs for more details.");
      return 1;
    }
  } finally {
    const told = systemd.tell("STOPPING=1");
    await stopAll(opened.parts, outside);
    opened.client?.close();
    if (config.pidFile !== undefined && opened.hasPidFile) await removePidFile(config.pidFile, outside.pid);
    await told;
  }
};
