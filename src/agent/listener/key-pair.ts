import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { ListenerConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";

type Tls = NonNullable<ListenerConfig["tls"]>;

/** PEM of a listener's certificate, its chain and its key, and what else its connections are held to. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The authorities of clients that may connect; absent: all may. */
  readonly ca?: Buffer;
  readonly minVersion: NonNullable<Tls["minVersion"]>;
  readonly maxVersion: NonNullable<Tls["maxVersion"]>;
}

const read = async (name: string, path: string): Promise<Buffer> => {
  if (path === "")
    throw new AgentError(`'${name}' is not specified; set tls_disable = true for a listener without TLS`);
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new AgentError(`${name} ${path} cannot be read: ${cause.code ?? "failed"}`);
  });
};

/** Reads and checks them. Throws `AgentError`, which names files and repeats nothing of what they hold. */
export const readKeyPair = async ({ certFile, keyFile, clients, ...versions }: Tls): Promise<KeyPair> => {
  const ca = clients && (await read("tls_client_ca_file", clients.caFile));
  const pair = {
    cert: await read("tls_cert_file", certFile),
    key: await read("tls_key_file", keyFile),
    minVersion: versions.minVersion ?? "TLSv1.2",
    maxVersion: versions.maxVersion ?? "TLSv1.3",
  };
  check(pair, `${certFile} and ${keyFile} are not a certificate and its key in PEM`);
  if (ca === undefined) return pair;
  if (!/-----BEGIN CERTIFICATE-----/.test(ca.toString("latin1"))) {
    throw new AgentError(`${clients?.caFile} holds no certificate in PEM`);
  }
  check({ ca }, `${clients?.caFile} holds no certificate in PEM`);
  return { ...pair, ca };
};

const check = (context: SecureContextOptions, otherwise: string): void => {
  try {
    createSecureContext(context);
  } catch {
    throw new AgentError(otherwise);
  }
};
