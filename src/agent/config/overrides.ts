import type { ClientSettings, Environment, TlsSettings } from "../../client/contract.ts";
import { DEFAULT_ADDRESS, settingsFromEnvironment, variableOf } from "../../client/environment.ts";
import { SettingsError } from "../../client/errors.ts";
import { defined } from "../../std/defined.ts";
import { AgentError } from "../contract.ts";
import { namespaceOf } from "./auto-auth.ts";
import { type FileConfig, subsystemsOf } from "./file.ts";
import { type LogBlock, logOf } from "./log.ts";
import type { LogConfig, Subsystem, VaultConfig } from "./model.ts";
import { DEFAULT_RETRIES } from "./vault.ts";

/** Flags go before the environment, which goes before the files. A variable that is set to nothing is not set. */

export type { Environment };

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
  readonly disableRedirects?: boolean | undefined;
  readonly log?: LogBlock | undefined;
}

const setting = (env: Environment, name: string): string | undefined => variableOf(env, name)?.value;

/** What the variables say, but for an address of an agent: this one must not ask itself. */
const ofEnvironment = (env: Environment, address: string): ClientSettings => {
  try {
    return settingsFromEnvironment(env, address);
  } catch (error) {
    throw error instanceof SettingsError ? new AgentError(error.message) : error;
  }
};

const fileTls = ({ vault }: FileConfig, env: TlsSettings): TlsSettings => ({
  ...defined({
    caPath: vault?.caPath,
    clientCert: vault?.clientCert,
    clientKey: vault?.clientKey,
    serverName: vault?.serverName,
    skipVerify: vault?.skipVerify,
    // Authorities that the environment brings go before those of a file, whichever way they come.
    caCert: env.caBytes === undefined ? vault?.caCert : undefined,
  }),
});

const flagTls = (flags: AgentFlags): TlsSettings =>
  defined({
    caCert: flags.caCert || undefined,
    caPath: flags.caPath || undefined,
    clientCert: flags.clientCert || undefined,
    clientKey: flags.clientKey || undefined,
    serverName: flags.tlsServerName || undefined,
    skipVerify: flags.tlsSkipVerify,
  });

export const vaultWith = (file: FileConfig, flags: AgentFlags, env: Environment): VaultConfig => {
  const { vault } = file;
  const address = flags.address || setting(env, "ADDR") || vault?.address || DEFAULT_ADDRESS;
  const { tls = {}, namespace, timeout, retry, redirects, proxy } = ofEnvironment(env, address);
  return {
    address,
    tls: { ...fileTls(file, tls), ...tls, ...flagTls(flags) },
    retries: retry?.retries ?? vault?.retries ?? DEFAULT_RETRIES,
    ...defined({
      namespace: namespaceOf(flags.namespace || namespace || vault?.namespace),
      timeout,
      redirects: flags.disableRedirects ? false : redirects,
      proxy,
    }),
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
