import { defined } from "../../std/defined.ts";
import { goQuote } from "../../std/go-quote.ts";
import { AgentError } from "../contract.ts";
import { type FileConfig, fileConfigOf, merged, nothing } from "./file.ts";
import { configFiles } from "./files.ts";
import type { AgentConfig, ApiProxyConfig, AutoAuthConfig, EnvTemplateConfig, ExecConfig } from "./model.ts";
import { type AgentFlags, type Environment, logWith, subsystemsWith, vaultWith } from "./overrides.ts";
import { isRestart, refuseRestart, templateServerOf } from "./templates.ts";
import { validate } from "./validation.ts";
import { within } from "./within.ts";

/**
 * Reads the agent's configuration: HCL and JSON, files and folders, flags and the environment, into one `AgentConfig`
 * with every default in place. It trusts who wrote the files, not that they are right: each mistake is an `AgentError`
 * with Vault Agent's text. It must never show a value that may be a secret, and it asks no network and writes nothing.
 */

export interface Reading {
  readonly config: AgentConfig;
  /** What the log warns of: keys nobody reads. */
  readonly warnings: readonly string[];
}

const loadAll = (paths: readonly string[]): FileConfig => {
  const failures: string[] = [];
  let all = nothing;
  for (const path of paths) {
    try {
      all = configFiles(path).reduce((before, { body, path: file }) => {
        try {
          return merged(before, fileConfigOf(body));
        } catch (error) {
          if (!(error instanceof AgentError) || file === path) throw error;
          throw new AgentError(`error loading ${goQuote(file)}: ${error.message}`);
        }
      }, all);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      failures.push(`error loading configuration from ${path}: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new AgentError(failures.join("\n"));
  return all;
};

const checked = (config: FileConfig): FileConfig => {
  within("error validating configuration", () => validate(config));
  return config;
};

/** Told as the method's own error, as upstream does. */
const withBackoffs = (autoAuth: AutoAuthConfig): AutoAuthConfig => {
  if (autoAuth.method.minBackoff > autoAuth.method.maxBackoff) {
    throw new AgentError("auth handler: min_backoff cannot be greater than max_backoff");
  }
  return autoAuth;
};

const execOf = ({ exec }: FileConfig): ExecConfig | undefined => {
  if (exec === undefined) return undefined;
  const { restartOnSecretChanges } = exec;
  if (!isRestart(restartOnSecretChanges)) throw refuseRestart(restartOnSecretChanges);
  return { ...exec, restartOnSecretChanges };
};

/** `cache.use_auto_auth_token` is the old way to say it. */
const apiProxyOf = ({ apiProxy, cache }: FileConfig): ApiProxyConfig | undefined => {
  const use = apiProxy?.saysUseToken ? apiProxy.useAutoAuthToken : (cache?.useAutoAuthToken ?? false);
  return apiProxy === undefined && use === false ? undefined : { useAutoAuthToken: use };
};

const envTemplate = ({ refused: _, ...config }: FileConfig["envTemplates"][number]): EnvTemplateConfig => config;

const completed = (file: FileConfig, flags: AgentFlags, env: Environment): AgentConfig => {
  const { autoAuth, cache, listeners, templates, templateServer, pidFile } = file;
  return {
    vault: vaultWith(file, flags, env),
    listeners,
    templates,
    templateServer: templateServer ?? templateServerOf(undefined),
    envTemplates: file.envTemplates.map(envTemplate),
    exitAfterAuth: flags.exitAfterAuth ?? file.exitAfterAuth,
    log: logWith(file, flags, env),
    disableIdleConnections: subsystemsWith("disable_idle_connections", file.disableIdleConnections, env),
    disableKeepAlives: subsystemsWith("disable_keep_alives", file.disableKeepAlives, env),
    ...defined({
      autoAuth: autoAuth && withBackoffs(autoAuth),
      apiProxy: apiProxyOf(file),
      cache,
      exec: execOf(file),
      pidFile,
    }),
  };
};

/** `paths`: files and folders in the order of the command line. Throws `AgentError`; its text may have several lines. */
export const readConfig = (paths: readonly string[], flags: AgentFlags, env: Environment): Reading => {
  if (paths.length === 0) throw new AgentError("Must specify exactly at least one config path using -config");
  const file = checked(loadAll(paths));
  return { config: completed(file, flags, env), warnings: file.warnings };
};
