import { AgentError } from "../contract.ts";
import { namespaceOf } from "./auto-auth.ts";
import { blocks, type Members } from "./values.ts";

/** `vault { }`: the server, as the file has it; flags and the environment go before it (`overrides.ts`). */

export interface VaultBlock {
  readonly address?: string | undefined;
  readonly caCert?: string | undefined;
  readonly caPath?: string | undefined;
  readonly clientCert?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly serverName?: string | undefined;
  readonly skipVerify?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly retries: number;
}

export const DEFAULT_RETRIES = 12;

/** `0` means the default, too; `-1` means none. */
const retriesOf = (vault: Members): number => {
  const [retry, second] = blocks(vault, "retry");
  if (second !== undefined) {
    throw new AgentError(`error parsing 'retry': one and only one "retry" block is required`);
  }
  const number = retry?.integer("num_retries") ?? 0;
  if (number < -1) throw new AgentError("error parsing 'retry': num_retries cannot be less than -1");
  if (number === 0) return DEFAULT_RETRIES;
  return Math.max(number, 0);
};

export const vaultOf = (vault: Members): VaultBlock => ({
  address: vault.name("address"),
  caCert: vault.name("ca_cert"),
  caPath: vault.name("ca_path"),
  clientCert: vault.name("client_cert"),
  clientKey: vault.name("client_key"),
  serverName: vault.name("tls_server_name"),
  skipVerify: vault.flag("tls_skip_verify"),
  namespace: namespaceOf(vault.name("namespace")),
  retries: retriesOf(vault),
});
