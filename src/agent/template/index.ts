import type { Client } from "../../client/contract.ts";
import type { AgentConfig } from "../config/model.ts";
import { AgentError, type Part, type Surroundings, type Tokens } from "../contract.ts";

/**
 * Renders templates into files and keeps them fresh: fetches what they ask for, renders again when it changes, runs
 * their commands. It trusts the configuration, never the text of a secret. It must never write half a file, follow a
 * link out of a folder, or let a secret reach a log.
 */

/** `client`: of the server the secrets come from; the token of each call comes from `tokens`. */
export const startTemplates = (
  config: AgentConfig,
  _client: Client,
  _tokens: Tokens,
  _surroundings: Surroundings,
): Part => {
  const waits = config.templates.length > 0;
  const missing = new AgentError("template server: not built yet");
  return {
    ready: waits ? Promise.reject(missing) : Promise.resolve(),
    ended: waits ? Promise.reject(missing) : new Promise(() => undefined),
    stop: async () => undefined,
  };
};
