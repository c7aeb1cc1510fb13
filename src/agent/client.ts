import { type Client, type ClientSettings, createClient, NO_RETRIES, SettingsError } from "../client/index.ts";
import { VAULT_VERSION } from "../contract/version.ts";
import { defined } from "../std/defined.ts";
import { memberOf } from "../std/member.ts";
import type { AgentConfig, Subsystem } from "./config/model.ts";
import { AgentError } from "./contract.ts";

/** The clients of the agent's parts: one server, each with its own name and its own habits. */

const RETRY = { minWait: 250, maxWait: 60_000 };
const PROBE_LIMIT = 10_000;

/** Who asks, as logs of the server show it. */
const agentOf = (subsystem: string): string => `Zeroth-Agent/${VAULT_VERSION} (${subsystem})`;

const settingsOf = ({ vault, autoAuth }: AgentConfig): ClientSettings => {
  return {
    address: vault.address,
    tls: vault.tls,
    userAgent: agentOf("agent"),
    retry: { ...RETRY, retries: vault.retries },
    ...defined({
      namespace: vault.namespace ?? autoAuth?.method.namespace,
      timeout: vault.timeout,
      redirects: vault.redirects,
      proxy: vault.proxy,
    }),
  };
};

/** Throws `AgentError` for an address or TLS files that cannot be used. */
export const openClient = (config: AgentConfig): Client => {
  try {
    return createClient(settingsOf(config));
  } catch (error) {
    throw error instanceof SettingsError ? new AgentError(`Error fetching client: ${error.message}`) : error;
  }
};

/** The settings of one part: its own name, and no connections kept where that is asked for. */
export const settingsFor = (config: AgentConfig, ...subsystems: readonly Subsystem[]): Partial<ClientSettings> => {
  const closed = [...config.disableIdleConnections, ...config.disableKeepAlives];
  return {
    userAgent: agentOf(subsystems.join(", ")),
    ...(subsystems.some((each) => closed.includes(each)) ? { keepAlive: false } : {}),
  };
};

/**
 * Asks the server which version it is, and answers a note where that is another one. A server that does not answer yet
 * is not a failure: those who need it wait for it.
 */
export const versionNote = async (client: Client): Promise<string | undefined> => {
  const answer = await client
    .with({ timeout: PROBE_LIMIT })
    .call({ method: "GET", path: "sys/health", retry: NO_RETRIES })
    .catch(() => undefined);
  const version = memberOf(answer?.body, "version");
  if (typeof version !== "string" || version === VAULT_VERSION) return undefined;
  const theirs = version.replace(/[^\w.+-]/g, "").slice(0, 60);
  return `==> Note: the agent speaks the API of version ${VAULT_VERSION}, the server that of ${theirs}`;
};
