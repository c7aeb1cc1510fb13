import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { codeOf } from "../std/error-code.ts";
import type { TlsSettings } from "./contract.ts";
import { SettingsError } from "./errors.ts";

/**
 * Certificates and keys from files. They are looked at whenever a connection is made, so that a rotated file is used
 * from the next connection on; nothing is parsed again while the files are the same.
 */

/** Where systems keep the authorities they trust. Source: Go `crypto/x509/root_linux.go` and its neighbours. */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  ENOTDIR: "not a folder",
  EISDIR: "a folder is in the way",
};

const attempt = <T>(what: string, path: string, read: (path: string) => T): T => {
  try {
    return read(path);
  } catch (cause) {
    throw new SettingsError(`cannot read the ${what} ${path}: ${WHY[codeOf(cause)] ?? "it cannot be read"}`);
  }
};

/** Changes with the file, also where a symbolic link leads to another one. */
const mark = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? `${path} -` : `${path} ${found.dev} ${found.ino} ${found.size} ${found.mtimeMs}`;
};

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const systemBundle = (): string | undefined =>
  [process.env["SSL_CERT_FILE"] ?? "", ...SYSTEM_BUNDLES].find((path) => path !== "" && exists(path));

const certificates = (what: string, path: string): string => {
  const text = attempt(what, path, (file) => readFileSync(file, "utf8"));
  // Node takes a file without one as "trust the usual authorities".
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new SettingsError(`the ${what} ${path} holds no certificate`);
  return text;
};

/** The files a context is made of. */
const filesOf = (tls: TlsSettings): readonly string[] => {
  const own = [tls.clientCert, tls.clientKey].filter((path) => path !== undefined);
  if (tls.caCert !== undefined) return [tls.caCert, ...own];
  if (tls.caBytes !== undefined) return own;
  const folder = tls.caPath;
  if (folder !== undefined) {
    return [...attempt("CA folder", folder, (path) => readdirSync(path)).map((name) => join(folder, name)), ...own];
  }
  return [systemBundle(), ...own].filter((path) => path !== undefined);
};

const folderOf = (folder: string): string[] => {
  const found = attempt("CA folder", folder, (path) => readdirSync(path))
    .map((name) => join(folder, name))
    .filter(exists)
    .map((path) => attempt("CA file", path, (file) => readFileSync(file, "utf8")))
    .filter((text) => text.includes("-----BEGIN CERTIFICATE-----"));
  if (found.length === 0) throw new SettingsError(`the CA folder ${folder} holds no certificate`);
  return found;
};

/** `undefined`: the authorities Node brings along, where the system has none. */
const authorities = (tls: TlsSettings): string[] | undefined => {
  if (tls.caCert !== undefined) return [certificates("CA file", tls.caCert)];
  if (tls.caBytes !== undefined) {
    if (!tls.caBytes.includes("-----BEGIN CERTIFICATE-----")) {
      throw new SettingsError("the CA certificate that was given as text holds no certificate");
    }
    return [tls.caBytes];
  }
  if (tls.caPath !== undefined) return folderOf(tls.caPath);
  const bundle = systemBundle();
  return bundle === undefined ? undefined : [certificates("file of the system's authorities", bundle)];
};

const contextOf = (tls: TlsSettings): SecureContext => {
  const { clientCert, clientKey } = tls;
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw new SettingsError("both client cert and client key must be provided");
  }
  const ca = authorities(tls);
  const own =
    clientCert === undefined || clientKey === undefined
      ? {}
      : {
          cert: certificates("client certificate", clientCert),
          key: attempt("client key", clientKey, (path) => readFileSync(path, "utf8")),
        };
  try {
    return createSecureContext({ ...(ca && { ca }), ...own, minVersion: "TLSv1.2" });
  } catch {
    throw new SettingsError(
      clientCert === undefined
        ? "the CA certificates cannot be read"
        : `the client certificate ${clientCert} and the key ${clientKey} cannot be used together`,
    );
  }
};

/** Answers the context for a new connection. Throws `SettingsError`. */
export const createTlsReader = (tls: TlsSettings): (() => SecureContext) => {
  let kept: { readonly marks: string; readonly context: SecureContext } | undefined;
  return () => {
    const marks = filesOf(tls).map(mark).join("\n");
    if (kept?.marks !== marks) kept = { marks, context: contextOf(tls) };
    return kept.context;
  };
};
