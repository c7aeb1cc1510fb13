import { shown } from "../../std/shown.ts";
import { AgentError } from "../contract.ts";
import type { FileConfig } from "./file.ts";
import type { UseAutoAuthToken } from "./model.ts";
import { isRestart, refuseRestart } from "./templates.ts";

/** What blocks must be to each other, once all files are merged. The order and the texts are Vault Agent's. */

const checkToken = (config: FileConfig, block: "cache" | "api_proxy", use: UseAutoAuthToken): void => {
  if (use === false) return;
  const name = `${block}.use_auto_auth_token`;
  if (config.autoAuth === undefined) throw new AgentError(`${name} is true but auto_auth not configured`);
  if (config.autoAuth.method.wrapTtl > 0) throw new AgentError(`${name} is true and auto_auth uses wrapping`);
};

const checkCache = ({ cache, ...config }: FileConfig): void => {
  if (cache === undefined) return;
  if (config.listeners.length + config.templates.length + config.envTemplates.length === 0) {
    throw new AgentError("enabling the cache requires at least 1 template or 1 listener to be defined");
  }
  checkToken(config, "cache", cache.useAutoAuthToken);
};

const checkApiProxy = ({ apiProxy, ...config }: FileConfig): void => {
  if (apiProxy === undefined) return;
  if (config.listeners.length === 0) {
    throw new AgentError("configuring the api_proxy requires at least 1 listener to be defined");
  }
  checkToken(config, "api_proxy", apiProxy.useAutoAuthToken);
};

const checkAutoAuth = (config: FileConfig): void => {
  const { autoAuth, apiProxy, cache } = config;
  if (autoAuth === undefined) {
    if (cache !== undefined || config.listeners.length > 0) return;
    throw new AgentError("no auto_auth, cache, or listener block found in config");
  }
  const proxied = apiProxy?.useAutoAuthToken || cache?.useAutoAuthToken;
  if (autoAuth.sinks.length + config.templates.length + config.envTemplates.length === 0 && !proxied) {
    throw new AgentError(
      "auto_auth requires at least one sink or at least one template or api_proxy.use_auto_auth_token=true",
    );
  }
};

const checkVariables = ({ envTemplates }: FileConfig): void => {
  const names = new Set<string>();
  for (const { name, source, contents, refused } of envTemplates) {
    if (name === "") throw new AgentError("env_template: an environment variable name is required");
    if (names.has(name)) throw new AgentError(`env_template: duplicate environment variable name: ${shown(name)}`);
    names.add(name);
    const refuse = (why: string) => new AgentError(`env_template[${name}]: ${why}`);
    if (!source && !contents) throw refuse("either 'contents' or 'source' must be specified");
    if (source && contents) throw refuse("'contents' and 'source' cannot be specified together");
    if (refused !== undefined) throw refuse(`'${refused}' is not allowed`);
    if (/[=\0]/.test(name)) throw refuse("the name of an environment variable cannot hold '='");
  }
};

const checkSupervisor = (config: FileConfig): void => {
  const { exec, envTemplates } = config;
  if (exec === undefined && envTemplates.length === 0) return;
  if (exec === undefined) {
    throw new AgentError("a top-level 'exec' element must be specified with 'env_template' entries");
  }
  if (envTemplates.length === 0) {
    throw new AgentError("must specify at least one 'env_template' element with a top-level 'exec' element");
  }
  if (config.apiProxy !== undefined) {
    throw new AgentError("'api_proxy' cannot be specified with 'env_template' entries");
  }
  if (config.templates.length > 0) throw new AgentError("'template' cannot be specified with 'env_template' entries");
  if (!exec.command[0]) throw new AgentError("'exec' requires a non-empty 'command' field");
  if (!isRestart(exec.restartOnSecretChanges)) throw refuseRestart(exec.restartOnSecretChanges);
  checkVariables(config);
};

/** Throws `AgentError`. */
export const validate = (config: FileConfig): void => {
  if (config.apiProxy?.saysUseToken && config.cache?.saysUseToken) {
    throw new AgentError(
      "use_auto_auth_token defined in both api_proxy and cache config. Please remove this configuration from the cache block",
    );
  }
  checkCache(config);
  checkApiProxy(config);
  checkAutoAuth(config);
  checkSupervisor(config);
};
