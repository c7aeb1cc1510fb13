import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { ListenerConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";

/** PEM of a listener's certificate, its chain and its key. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const read = async (name: string, path: string): Promise<Buffer> => {
  if (path === "")
    throw new AgentError(`'${name}' is not specified; set tls_disable = true for a listener without TLS`);
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new AgentError(`${name} ${path} cannot be read: ${cause.code ?? "failed"}`);
  });
};

/** Reads and checks them. Throws `AgentError`, which names files and repeats nothing that stands in them. */
export const readKeyPair = async ({ certFile, keyFile }: NonNullable<ListenerConfig["tls"]>): Promise<KeyPair> => {
  const pair = { cert: await read("tls_cert_file", certFile), key: await read("tls_key_file", keyFile) };
  try {
    createSecureContext(pair);
  } catch {
    throw new AgentError(`${certFile} and ${keyFile} are not a certificate and its key in PEM`);
  }
  return pair;
};
