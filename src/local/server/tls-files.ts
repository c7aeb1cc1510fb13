import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ListenerTls } from "../../http/index.ts";

/** Reads what the local server needs to speak TLS, and says which file is wrong before anything listens. */

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly clientCa?: string | undefined;
}

const certificateIn = (option: string, file: string, text: string): X509Certificate => {
  try {
    if (text.includes("-----BEGIN CERTIFICATE-----")) return new X509Certificate(text);
  } catch {
    // Said below, with the name of the file.
  }
  throw new Error(`${option} ${file} holds no certificate in PEM`);
};

const keyIn = (file: string, text: string): KeyObject => {
  const encrypted = /^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text);
  if (encrypted) throw new Error(`--tls-key ${file} is encrypted; give a key without a passphrase`);
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`--tls-key ${file} holds no private key in PEM`);
  }
};

/** `undefined`: plain HTTP was asked for. Throws an `Error` that names the option and the file. */
export const readTlsFiles = async ({ cert, key, clientCa }: TlsFiles): Promise<ListenerTls | undefined> => {
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new Error(
      clientCa === undefined
        ? "--tls-cert and --tls-key belong together"
        : "--tls-client-ca needs --tls-cert and --tls-key",
    );
  const [certText, keyText] = await Promise.all([readFile(cert, "utf8"), readFile(key, "utf8")]);
  const caText = clientCa === undefined ? undefined : await readFile(clientCa, "utf8");
  const certificate = certificateIn("--tls-cert", cert, certText);
  if (clientCa !== undefined && caText !== undefined) certificateIn("--tls-client-ca", clientCa, caText);
  if (!certificate.checkPrivateKey(keyIn(key, keyText)))
    throw new Error(`the key in --tls-key ${key} is not that of the certificate in --tls-cert ${cert}`);
  return { cert: certText, key: keyText, clientCa: caText };
};
