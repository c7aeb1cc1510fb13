import { defined } from "../../std/defined.ts";
import { shown } from "../../std/shown.ts";
import { DurationError, parseExactDuration } from "../../std/time.ts";
import { AgentError } from "../contract.ts";
import { namespaceOf } from "./auto-auth.ts";
import { type FileConfig, subsystemsOf } from "./file.ts";
import { type LogBlock, logOf } from "./log.ts";
import type { LogConfig, Subsystem, VaultConfig } from "./model.ts";
import { booleanOf } from "./values.ts";
import { DEFAULT_RETRIES } from "./vault.ts";

/** Flags go before the environment, which goes before the files. A variable that is set to nothing is not set. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The command line, as it was written. */
export interface AgentFlags {
  readonly exitAfterAuth?: boolean | undefined;
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  readonly caCert?: string | undefined;
  readonly caPath?: string | undefined;
  readonly clientCert?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly tlsSkipVerify?: boolean | undefined;
  readonly log?: LogBlock | undefined;
}

/** `VAULT_ADDR`, or OpenBao's name for it. */
export const variable = (env: Environment, name: string): { name: string; value: string } | undefined => {
  for (const prefix of ["VAULT_", "BAO_"]) {
    const value = env[`${prefix}${name}`];
    if (value) return { name: `${prefix}${name}`, value };
  }
  return undefined;
};

const setting = (env: Environment, name: string): string | undefined => variable(env, name)?.value;

/** Upstream takes any text for true, `false` too: here it means what it says. */
const flagOf = (env: Environment, name: string): boolean | undefined => {
  const found = variable(env, name);
  if (found === undefined) return undefined;
  const read = booleanOf(found.value);
  if (read === undefined) throw new AgentError(`${found.name} must be true or false, not ${shown(found.value)}`);
  return read;
};

const retriesOf = (env: Environment): number | undefined => {
  const found = variable(env, "MAX_RETRIES");
  if (found === undefined) return undefined;
  if (!/^\d{1,6}$/.test(found.value)) throw new AgentError(`${found.name} must be a number, not ${shown(found.value)}`);
  return Number(found.value);
};

const timeoutOf = (env: Environment): number | undefined => {
  const found = variable(env, "CLIENT_TIMEOUT");
  if (found === undefined) return undefined;
  try {
    const ms = parseExactDuration(found.value) * 1000;
    if (ms > 0) return ms;
    throw new DurationError("must be more than nothing");
  } catch (error) {
    throw error instanceof DurationError ? new AgentError(`${found.name}: ${error.message}`) : error;
  }
};

export const DEFAULT_ADDRESS = "https://127.0.0.1:8200";

export const vaultWith = (file: FileConfig, flags: AgentFlags, env: Environment): VaultConfig => {
  const { vault } = file;
  const choose = (flag: string | undefined, name: string, written: string | undefined): string | undefined =>
    flag || setting(env, name) || written;
  const namespace = namespaceOf(choose(flags.namespace, "NAMESPACE", vault?.namespace));
  const timeout = timeoutOf(env);
  const tls = {
    caCert: choose(flags.caCert, "CACERT", vault?.caCert),
    caPath: choose(flags.caPath, "CAPATH", vault?.caPath),
    clientCert: choose(flags.clientCert, "CLIENT_CERT", vault?.clientCert),
    clientKey: choose(flags.clientKey, "CLIENT_KEY", vault?.clientKey),
    serverName: choose(flags.tlsServerName, "TLS_SERVER_NAME", vault?.serverName),
  };
  const skipVerify = flags.tlsSkipVerify ?? flagOf(env, "SKIP_VERIFY") ?? vault?.skipVerify;
  return {
    address: choose(flags.address, "ADDR", vault?.address) ?? DEFAULT_ADDRESS,
    tls: defined({ ...tls, skipVerify }),
    ...defined({ namespace, timeout }),
    retries: retriesOf(env) ?? vault?.retries ?? DEFAULT_RETRIES,
  };
};

export const logWith = (file: FileConfig, flags: AgentFlags, env: Environment): LogConfig => {
  const chosen: [keyof LogBlock, LogBlock[keyof LogBlock]][] = [
    ["level", flags.log?.level || setting(env, "LOG_LEVEL") || file.log.level],
    ["format", flags.log?.format || setting(env, "LOG_FORMAT") || file.log.format],
    ["file", flags.log?.file || file.log.file],
    ["rotateBytes", flags.log?.rotateBytes ?? file.log.rotateBytes],
    ["rotateDuration", flags.log?.rotateDuration || file.log.rotateDuration],
    ["rotateMaxFiles", flags.log?.rotateMaxFiles ?? file.log.rotateMaxFiles],
  ];
  return logOf(Object.fromEntries(chosen));
};

/** The variable overrides what the files say. */
export const subsystemsWith = (
  key: "disable_idle_connections" | "disable_keep_alives",
  written: readonly Subsystem[],
  env: Environment,
): readonly Subsystem[] => {
  const found = setting(env, `AGENT_${key.toUpperCase()}`);
  const chosen = found === undefined ? written : subsystemsOf(key, found.toLowerCase().split(","));
  return [...new Set(chosen)];
};
