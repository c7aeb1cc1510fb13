import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority, makeCertificate } from "../support/certificates.ts";

/** The certificates that a server with TLS and the clients that log in with one need, as files in a folder of their own. */
export interface CertificateFiles {
  /** The flags of `zeroth server`. */
  readonly flags: readonly string[];
  /** The server's, which is good for 127.0.0.1, PEM. */
  readonly server: { readonly cert: string; readonly key: string };
  /** Paths. */
  readonly environment: Readonly<Record<"TLS_CA" | "TLS_CLIENT_CERT" | "TLS_CLIENT_KEY", string>>;
  remove(): Promise<void>;
}

export const writeCertificates = async (): Promise<CertificateFiles> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-clients-"));
  const authority = await makeAuthority("CN=clients of the tests");
  const server = await makeCertificate({ name: "CN=localhost", ips: ["127.0.0.1"], purposes: [], by: authority });
  const client = await makeCertificate({ name: "CN=ann", dns: ["ann.example.test"], by: authority });
  const files = {
    "ca.pem": authority.cert,
    "server-cert.pem": server.cert,
    "server-key.pem": server.key,
    "client-cert.pem": client.cert,
    "client-key.pem": client.key,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return {
    server,
    flags: ["--tls-cert", join(folder, "server-cert.pem"), "--tls-key", join(folder, "server-key.pem")],
    environment: {
      TLS_CA: join(folder, "ca.pem"),
      TLS_CLIENT_CERT: join(folder, "client-cert.pem"),
      TLS_CLIENT_KEY: join(folder, "client-key.pem"),
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
