import type { Client } from "../../client/contract.ts";
import type { AgentConfig } from "../config/model.ts";
import { AgentError, type Part, type Surroundings, type Tokens } from "../contract.ts";

/**
 * Runs a program with secrets in its environment and starts it again when they change. It trusts the configuration. It
 * must never log a value, nor leave the program running when the agent has ended.
 */

/** `ended` tells the program's own exit code. Where there is no `exec`, it has nothing to do. */
export const startSupervisor = (
  config: AgentConfig,
  _client: Client,
  _tokens: Tokens,
  _surroundings: Surroundings,
): Part => ({
  ready: Promise.resolve(),
  ended: config.exec ? Promise.reject(new AgentError("exec server: not built yet")) : new Promise(() => undefined),
  stop: async () => undefined,
});
