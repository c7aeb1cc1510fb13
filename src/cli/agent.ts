import { readConfig } from "../agent/config/index.ts";
import type { AgentFlags } from "../agent/config/overrides.ts";
import { AgentError } from "../agent/contract.ts";
import { describeCrash, takeCrashes } from "../agent/process/crash.ts";
import { makeLog } from "../agent/process/log.ts";
import { type LogFile, openLogFile } from "../agent/process/log-file.ts";
import { takeSignals } from "../agent/process/signals.ts";
import { systemdOf } from "../agent/process/systemd.ts";
import { systemRandom } from "../std/random.ts";
import { steady, systemClock } from "../std/time.ts";
import { wallTimer } from "../std/timer.ts";
import { FlagError, type Flags, type FlagTable, flagHelp, HelpAsked, readFlags } from "./flags.ts";
import { SERVER_FLAGS } from "./server-flags.ts";

/** `zeroth agent`: flags and output of the agent; what it does is in `src/agent`. */

export const AGENT_FLAGS: FlagTable = {
  config: { kind: "texts", value: "path", help: "A file of the configuration, or a folder of them; may be repeated." },
  "exit-after-auth": {
    kind: "boolean",
    help: "End with 0 once there is a token, and sinks and templates are written.",
  },
  ...SERVER_FLAGS,
  "disable-redirects": {
    kind: "boolean",
    help: "Follow no redirect; otherwise one is, to the same server. Also VAULT_DISABLE_REDIRECTS.",
  },
  // Every command of Vault takes these two; an agent has no use for them.
  "agent-address": { kind: "text", value: "url", help: "Ignored.", hidden: true },
  "non-interactive": { kind: "boolean", help: "Ignored.", hidden: true },
  "log-level": { kind: "text", value: "level", help: "trace, debug, info, warn or error. Also VAULT_LOG_LEVEL." },
  "log-format": { kind: "text", value: "format", help: "standard or json. Also VAULT_LOG_FORMAT." },
  "log-file": { kind: "text", value: "path", help: "A file for the log, besides standard error." },
  "log-rotate-bytes": { kind: "number", value: "number", help: "Begin a new log file after so many bytes." },
  "log-rotate-duration": {
    kind: "text",
    value: "duration",
    help: "Begin a new log file after this time. Default: 24h.",
  },
  "log-rotate-max-files": { kind: "number", value: "number", help: "Old log files that are kept. Default: all." },
  "combine-logs": { kind: "boolean", help: "The log to standard output.", hidden: true },
};

const HELP = `Usage: zeroth agent -config=<path> [options]

  Logs in to a server of Vault's API, keeps the token alive, writes it into
  files, renders templates and runs a program with secrets in its environment.

Options:

${flagHelp(AGENT_FLAGS)}`;

const agentFlags = (flags: Flags): AgentFlags => ({
  exitAfterAuth: flags.boolean("exit-after-auth"),
  address: flags.text("address"),
  namespace: flags.text("ns") ?? flags.text("namespace"),
  caCert: flags.text("ca-cert"),
  caPath: flags.text("ca-path"),
  clientCert: flags.text("client-cert"),
  clientKey: flags.text("client-key"),
  tlsServerName: flags.text("tls-server-name"),
  tlsSkipVerify: flags.boolean("tls-skip-verify"),
  disableRedirects: flags.boolean("disable-redirects"),
  log: {
    level: flags.text("log-level"),
    format: flags.text("log-format"),
    file: flags.text("log-file"),
    rotateBytes: flags.number("log-rotate-bytes"),
    rotateDuration: flags.text("log-rotate-duration"),
    rotateMaxFiles: flags.number("log-rotate-max-files"),
  },
});

const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Paths of `-config`; without any, those of the environment, separated by commas. */
const pathsOf = (flags: Flags): readonly string[] => {
  const given = flags.texts("config");
  if (given.length > 0) return given;
  const paths = process.env["BAO_AGENT_CONFIG_PATH"] || process.env["VAULT_AGENT_CONFIG_PATH"] || "";
  return paths
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "");
};

const runWith = async (flags: Flags): Promise<number> => {
  const [paths, overrides, combined] = [pathsOf(flags), agentFlags(flags), flags.boolean("combine-logs") ?? false];
  const { config, warnings } = readConfig(paths, overrides, process.env);
  const file: LogFile | undefined =
    config.log.file === undefined ? undefined : openLogFile(config.log.file, config.log, systemClock);
  const stream = combined ? process.stdout : process.stderr;
  const log = makeLog({
    ...config.log,
    clock: systemClock,
    write: (line) => {
      stream.write(line);
      file?.write(line);
    },
  });
  for (const warning of warnings) log.warn(warning);
  const signals = takeSignals((code) => process.exit(code));
  const crashes = takeCrashes();
  // Timers of the parts keep no process alive: a login that waits for its next try must.
  const hold = setInterval(() => undefined, 2 ** 30);
  const { run } = await import("../agent/run.ts");
  try {
    return await run(config, {
      surroundings: { clock: systemClock, steady, timer: wallTimer, random: systemRandom, log, env: process.env },
      signals,
      crashes,
      systemd: systemdOf(process.env, log),
      print: combined ? () => undefined : print,
      complain,
      pid: process.pid,
      reload: () => {
        file?.reopen();
        log.setLevel(readConfig(paths, overrides, process.env).config.log.level);
      },
    });
  } finally {
    clearInterval(hold);
    signals.release();
    crashes.release();
    file?.close();
  }
};

/** Answers the exit code; what is wrong is told on standard error. */
export const runAgent = async (args: readonly string[]): Promise<number> => {
  try {
    return await runWith(readFlags(AGENT_FLAGS, args));
  } catch (error) {
    if (error instanceof HelpAsked) {
      print(HELP);
      return 0;
    }
    complain(error instanceof AgentError || error instanceof FlagError ? error.message : describeCrash(error));
    return 1;
  }
};
