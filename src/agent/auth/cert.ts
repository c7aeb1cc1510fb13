import type { Client, TlsSettings } from "../../client/contract.ts";
import { defined } from "../../std/defined.ts";
import type { MethodConfig, VaultConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import type { Method } from "./method.ts";
import { optionalText } from "./raw-config.ts";

const reloads = (method: MethodConfig): boolean => {
  const value = method.config.get("reload");
  if (value === undefined) return false;
  if (value.kind !== "boolean") throw new AgentError("could not convert 'reload' config value to bool");
  return value.value;
};

/** The server's TLS settings with the method's own certificate; `undefined` where the method names none. */
const ownTls = (method: MethodConfig, server: TlsSettings): TlsSettings | undefined => {
  const caCert = optionalText(method.config, "ca_cert") || undefined;
  const clientCert = optionalText(method.config, "client_cert") || undefined;
  const clientKey = optionalText(method.config, "client_key") || undefined;
  const pair = clientCert !== undefined && clientKey !== undefined ? { clientCert, clientKey } : {};
  if (caCert === undefined && (clientCert !== undefined) !== (clientKey !== undefined)) {
    throw new AgentError("'client_cert' and 'client_key' must be specified together");
  }
  if (caCert === undefined && clientCert === undefined) return undefined;
  return { ...server, ...defined({ caCert }), ...pair };
};

/** `cert`: the connection's client certificate is the proof; the body names at most a role. */
export const createCertMethod = (method: MethodConfig, vault: VaultConfig): Method => {
  const name = optionalText(method.config, "name") || undefined;
  const tls = ownTls(method, vault.tls);
  const reload = reloads(method);
  let own: Client | undefined;
  const connect = (client: Client): Client => {
    if (tls === undefined) return client;
    if (own !== undefined && !reload) return own;
    own?.close();
    own = client.with({ tls });
    return own;
  };
  return {
    authenticate: async (client) => ({
      kind: "login",
      path: `${method.mountPath}/login`,
      body: defined({ name }),
      client: connect(client),
    }),
    close: () => own?.close(),
  };
};
