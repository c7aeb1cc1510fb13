import { VAULT_VERSION } from "../contract/version.ts";
import { versionNote } from "./client.ts";
import type { AgentConfig } from "./config/model.ts";
import { AgentError, type Part, type Surroundings } from "./contract.ts";
import { type Assembly, assemble } from "./parts.ts";
import type { Crashes } from "./process/crash.ts";
import { removePidFile, writePidFile } from "./process/pid-file.ts";
import type { Signals } from "./process/signals.ts";
import { reloading, type Systemd } from "./process/systemd.ts";
import { reasonOf } from "./reason.ts";

/**
 * The agent: makes the parts a configuration asks for, runs them side by side until one of them or a signal ends the
 * run, and stops them in order. It trusts the configuration. It must never end with success while something that was
 * asked for is not done, and must leave nothing running behind it.
 */

export interface Outside {
  readonly surroundings: Surroundings;
  readonly signals: Signals;
  readonly crashes: Crashes;
  readonly systemd: Systemd;
  /** Standard output, for who started the agent by hand. */
  readonly print: (line: string) => void;
  /** Standard error: what must be seen, whatever the log's level. */
  readonly complain: (line: string) => void;
  readonly pid: number;
  /** Reads the configuration again and takes over the level of the log. Throws `AgentError`. */
  readonly reload: () => void;
}

const STOP_LIMIT = 30_000;

const banner = (config: AgentConfig, addresses: readonly string[]): readonly string[] => {
  const rows: [string, string][] = [
    ...addresses.map((address, at): [string, string] => [`Api Address ${at + 1}`, address]),
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

/** The first end: a signal, a failure nobody caught, a part, or everything done. */
const firstEnd = (parts: readonly Part[], { crashes, signals }: Outside, exitWhenReady: boolean): Promise<End> => {
  const ready = Promise.all(parts.map((part) => part.ready)).then(
    () => ({ code: 0, why: "everything is done" }),
    (error) => ({ code: 1, why: reasonOf(error) }),
  );
  const stopped = signals.stop.then((signal) => ({ code: 0, why: signal }));
  const crashed = crashes.first.then((why) => ({ code: 1, why }));
  return Promise.race([stopped, crashed, ...parts.map(ofPart), ...(exitWhenReady ? [ready] : [])]);
};

/** The last one first: a program that is ending may still need the listener, and the listener a token. */
const stopParts = async (parts: readonly Part[], { surroundings: { timer, log } }: Outside): Promise<void> => {
  let cancel = (): void => undefined;
  const tooLong = new Promise<void>((resolve) => {
    cancel = timer(STOP_LIMIT, () => {
      log.warn("a part of the agent did not stop in time");
      resolve();
    });
  });
  const inOrder = async (): Promise<void> => {
    for (const part of [...parts].reverse()) await part.stop();
  };
  await Promise.race([inOrder(), tooLong]).finally(cancel);
};

/** Answers how to remove it. */
const storePid = async (path: string, { pid, surroundings }: Outside): Promise<() => Promise<void>> => {
  try {
    await writePidFile(path, pid, surroundings.random);
  } catch (error) {
    throw error instanceof AgentError ? new AgentError(`Error storing PID: ${error.message}`) : error;
  }
  return () => removePidFile(path, pid);
};

const reload = async (assembly: Assembly, outside: Outside): Promise<void> => {
  const { print, systemd, surroundings } = outside;
  print("==> Zeroth agent config reload triggered");
  systemd.tell(reloading()).catch(() => undefined);
  try {
    outside.reload();
    await assembly.listeners?.reload();
    surroundings.log.info("configuration reloaded");
  } catch (error) {
    surroundings.log.error("the configuration could not be read again", { error: reasonOf(error) });
  }
  systemd.tell("READY=1").catch(() => undefined);
};

const announce = (config: AgentConfig, { client, listeners }: Assembly, { print }: Outside): void => {
  if (config.autoAuth === undefined) {
    print("No auto_auth block found in config, the automatic authentication feature will not be started");
  }
  print("==> Zeroth agent started! Log data will stream in below:");
  for (const line of banner(config, listeners?.addresses ?? [])) print(line);
  versionNote(client).then(
    (note) => note && print(note),
    () => undefined,
  );
};

/** From the first part to the first end. */
const live = async (
  config: AgentConfig,
  assembly: Assembly,
  parts: readonly Part[],
  outside: Outside,
): Promise<number> => {
  const { complain, print, signals, surroundings, systemd } = outside;
  signals.onReload(() => {
    reload(assembly, outside).catch(() => undefined);
  });
  signals.stop.then(() => print("==> Zeroth agent shutdown triggered")).catch(() => undefined);
  systemd.tell("READY=1").catch(() => undefined);
  const end = await firstEnd(parts, outside, config.exitAfterAuth && config.autoAuth !== undefined);
  if (end.code !== 0) {
    surroundings.log.error("runtime error encountered", { error: end.why, exitCode: end.code });
    complain("Error encountered during run, refer to logs for more details.");
  }
  return end.code;
};

/** Answers the exit code. An `AgentError` of the start is thrown, for whoever prints it. */
export const run = async (config: AgentConfig, outside: Outside): Promise<number> => {
  const assembly = await assemble(config, outside.surroundings);
  let parts: readonly Part[] = assembly.listeners === undefined ? [] : [assembly.listeners];
  let removePid = async (): Promise<void> => undefined;
  let told: Promise<void> | undefined;
  try {
    announce(config, assembly, outside);
    if (config.pidFile !== undefined) removePid = await storePid(config.pidFile, outside);
    parts = await assembly.start();
    return await live(config, assembly, parts, outside).finally(() => {
      told = outside.systemd.tell("STOPPING=1");
    });
  } finally {
    await stopParts(parts, outside);
    assembly.close();
    await removePid();
    await told;
  }
};
