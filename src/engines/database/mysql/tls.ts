import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { SettingsError } from "../failure.ts";
import { isHere } from "../sql/target.ts";
import type { Target } from "./dsn.ts";

/**
 * What `tls` of the connection string and the fields `tls_…` mean. As Go's driver and Vault read them, with two
 * exceptions that keep a password from travelling in the clear by accident: where neither says anything, a server
 * elsewhere must show a certificate that holds, and `preferred` falls back to plain text on this machine only.
 * Source: go-sql-driver/mysql, README, "tls"; Vault documentation, "MySQL/MariaDB database plugin".
 */

export interface Tls {
  /** Authorities that sign the server's certificate, PEM; empty: the usual ones. */
  readonly ca: string;
  /** Client certificate and key in one PEM text; empty: none. */
  readonly certificateKey: string;
  /** The name the certificate must be for. */
  readonly name: string;
  readonly check: "nothing" | "chain and name";
  /** A server that has no TLS is talked to without. */
  readonly orPlain: boolean;
}

export interface TlsFields {
  readonly ca: string;
  readonly certificateKey: string;
  readonly serverName: string;
  readonly skipVerify: boolean;
}

export interface Encryption {
  /** `false` is without TLS, because the string says so. */
  readonly tls: false | Tls;
  readonly warnings: readonly string[];
  /** What to check if there is no connection. It depends only on the settings, never on what went wrong. */
  readonly advice: string;
}

const BASICS = "check host, port and network";
const PLAIN = "for a server without TLS add tls=false";

const adviceFor = (tls: false | Tls, stated: boolean): string => {
  if (tls === false) return `${BASICS}; a server that insists on TLS needs tls=true`;
  if (tls.check === "nothing") return `${BASICS}; ${PLAIN}`;
  const expected = stated ? "TLS is expected with" : "without tls in the URL, TLS is expected with";
  return `${BASICS}; ${expected} a certificate that can be checked: put a private authority's into tls_ca; ${PLAIN}`;
};

const checkPem = ({ ca, certificateKey }: TlsFields): void => {
  try {
    if (ca !== "") new X509Certificate(ca);
  } catch {
    throw new SettingsError("failed to append CA to client options");
  }
  try {
    if (certificateKey !== "") createSecureContext({ cert: certificateKey, key: certificateKey });
  } catch {
    throw new SettingsError("unable to load tls_certificate_key_data: it must hold a certificate and its key, PEM");
  }
};

/** Throws `SettingsError` for certificates that are none, and for fields and a string that contradict each other. */
export const encryptionOf = ({ host, parameters }: Target, fields: TlsFields): Encryption => {
  const { ca, certificateKey, serverName, skipVerify } = fields;
  checkPem(fields);
  const stated = ca !== "" || certificateKey !== "";
  const mode = parameters.tls;
  if (mode === "false") {
    if (stated) throw new SettingsError("tls=false in connection_url contradicts tls_ca and tls_certificate_key");
    return { tls: false, warnings: [], advice: adviceFor(false, true) };
  }
  const lax = skipVerify || mode === "skip-verify";
  const nearby = isHere(host) && !stated && (mode === undefined || mode === "preferred");
  const tls: Tls = {
    ca,
    certificateKey,
    name: serverName || host.name,
    check: lax || nearby ? "nothing" : "chain and name",
    orPlain: nearby,
  };
  const warnings = lax
    ? [
        "the connection is encrypted, but nothing checks which server answers: leave out skip-verify and set tls_ca for a private authority.",
      ]
    : [];
  return { tls, warnings, advice: adviceFor(tls, stated || mode !== undefined) };
};
