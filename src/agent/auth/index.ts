import { type Client, NO_RETRIES } from "../../client/contract.ts";
import { shown } from "../../std/shown.ts";
import { within } from "../../std/timer.ts";
import type { AutoAuthConfig, MethodConfig, VaultConfig } from "../config/model.ts";
import { AgentError, type Log, type Part, type Surroundings, type Tokens } from "../contract.ts";
import { createApproleMethod } from "./approle.ts";
import { createAwsMethod } from "./aws/index.ts";
import { createCertMethod } from "./cert.ts";
import { createDoubts } from "./doubts.ts";
import { createJwtMethod } from "./jwt.ts";
import { createKubernetesMethod } from "./kubernetes.ts";
import { keepLoggedIn } from "./loop.ts";
import type { Method } from "./method.ts";
import { createPasswordMethod } from "./password.ts";
import { createTokenFileMethod } from "./token-file.ts";
import { createTokens } from "./tokens.ts";

/**
 * Auto-auth: logs in by one method, keeps the token alive, and logs in again when it ends, dies or the credentials
 * change. It trusts the server for tokens and the configured files and AWS's own sources for credentials; it must never
 * log a credential or a token, nor give up while `exit_on_err` is off.
 */

export type { Method } from "./method.ts";

/** Where a method's client certificates and requests go, and what comes from outside. */
export interface MethodSurroundings {
  readonly vault: VaultConfig;
  readonly surroundings: Surroundings;
}

type Create = (config: MethodConfig, log: Log, around: MethodSurroundings) => Method;

const METHODS: ReadonlyMap<string, Create> = new Map<string, Create>([
  ["approle", createApproleMethod],
  ["aws", (config, log, { surroundings }) => createAwsMethod(config, { ...surroundings, log })],
  ["cert", (config, _log, { vault }) => createCertMethod(config, vault)],
  ["jwt", createJwtMethod],
  ["kubernetes", createKubernetesMethod],
  ["ldap", createPasswordMethod],
  ["token_file", createTokenFileMethod],
  ["userpass", createPasswordMethod],
]);

/** Reads the method's `config { }`. Throws `AgentError`, as the agent prints it. Nothing is read or sent yet. */
export const createMethod = (config: MethodConfig, around: MethodSurroundings): Method => {
  const { type } = config;
  const create = METHODS.get(type);
  try {
    if (create === undefined) throw new AgentError(`unknown auth method ${shown(type)}`);
    return create(config, around.surroundings.log.named(`auth.handler.${type}`), around);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(`Error creating ${type} auth method: ${error.message}`);
  }
};

export interface AuthSettings {
  readonly autoAuth: AutoAuthConfig;
  readonly method: Method;
  /** With the namespace that logins go to. Its own retries are not used: the loop waits between tries. */
  readonly client: Client;
  readonly surroundings: Surroundings;
}

/** Milliseconds. */
const STOP_LIMIT = 5000;

/**
 * Starts logging in. `ready` settles with the first login; `ended` rejects with `AgentError` where `exit_on_err` lets
 * the first failure end the agent. Throws `AgentError` for back-offs that contradict each other.
 */
export const startAuth = ({ autoAuth, method, client, surroundings }: AuthSettings): Part & Tokens => {
  const { minBackoff, maxBackoff } = autoAuth.method;
  if (minBackoff > maxBackoff) {
    throw new AgentError("auth handler: min_backoff cannot be greater than max_backoff");
  }
  const log = surroundings.log.named("auth.handler");
  const stopping = new AbortController();
  const tokens = createTokens();
  const doubts = createDoubts(surroundings.steady);
  log.info("starting auth handler");
  const loop = keepLoggedIn({
    autoAuth,
    method,
    client: client.with({ retry: NO_RETRIES }),
    surroundings: { ...surroundings, log },
    tokens,
    doubts,
    signal: stopping.signal,
  }).finally(() => {
    method.close?.();
    log.info("auth handler stopped");
  });
  return {
    current: tokens.current,
    subscribe: tokens.subscribe,
    doubt: doubts.raise,
    ready: new Promise((resolve) => {
      tokens.subscribe(() => resolve());
    }),
    ended: loop.then(() => undefined),
    stop: async () => {
      stopping.abort();
      // A credential source that hangs must not keep the agent from ending.
      await within(surroundings.timer, STOP_LIMIT, loop).catch(() => undefined);
    },
  };
};
