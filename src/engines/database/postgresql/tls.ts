import type { TlsTerms } from "../../../outgoing/index.ts";
import { isHere, refuse } from "../sql/target.ts";
import type { Target } from "./target.ts";

/**
 * What `sslmode` means here. As libpq reads it, with two exceptions that keep a password from travelling in the clear
 * by accident: without `sslmode` a database elsewhere must show a certificate that holds, and `prefer` and `allow`
 * fall back to plain text on this machine only. Source: PostgreSQL documentation, "SSL Support".
 */

export interface Tls extends TlsTerms {
  /** A server that says it has no TLS is talked to without. */
  readonly orPlain: boolean;
}

export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Encryption {
  /** `false` is without TLS, because the URL says so. */
  readonly tls: false | Tls;
  readonly warnings: readonly string[];
  /** What to check if there is no connection. It depends only on the settings, never on what went wrong. */
  readonly advice: string;
}

const FILES = ["sslcert", "sslkey", "sslpassword", "sslcrl", "sslcrldir", "passfile", "service", "servicefile"];
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
type Mode = (typeof MODES)[number];

const checkFiles = ({ parameters }: Target): void => {
  if (FILES.some((name) => parameters.has(name)))
    refuse("files cannot be named in it; use tls_ca, tls_certificate and private_key");
  const root = parameters.get("sslrootcert");
  if (root !== undefined && root !== "system") refuse("files cannot be named in it; use tls_ca");
};

const modeOf = (target: Target, local: boolean): Mode => {
  const given = target.parameters.get("sslmode");
  if (given === undefined) return local && !target.parameters.has("sslrootcert") ? "prefer" : "verify-full";
  return MODES.find((mode) => mode === given) ?? refuse(`sslmode must be one of ${MODES.join(", ")}`);
};

const BASICS = "check host, port and network";

const adviceFor = (mode: Mode, stated: boolean): string => {
  if (mode === "disable") return `${BASICS}; a server that insists on TLS needs sslmode=verify-full`;
  const plain = "for a server without TLS add sslmode=disable";
  if (mode === "allow" || mode === "prefer" || mode === "require") return `${BASICS}; ${plain}`;
  const expected = stated ? `sslmode=${mode} expects` : "without sslmode, TLS is expected with";
  return `${BASICS}; ${expected} a certificate that can be checked: put a private authority's into tls_ca, or add sslmode=require to encrypt without a check; ${plain}`;
};

const warningsFor = (mode: Mode, stated: boolean, check: Tls["check"]): readonly string[] =>
  stated && check === "nothing"
    ? [
        `sslmode=${mode} without tls_ca: the connection is encrypted, but nothing checks which server answers. Set tls_ca, and sslmode=verify-full.`,
      ]
    : [];

/** Throws `SettingsError` for a mode that does not exist, and for files of the server's. */
export const encryptionOf = (target: Target, certificates: Certificates): Encryption => {
  checkFiles(target);
  const local = target.hosts.every(isHere);
  const mode = modeOf(target, local);
  const stated = target.parameters.has("sslmode");
  const advice = adviceFor(mode, stated);
  if (mode === "disable") return { tls: false, warnings: [], advice };
  const lax = mode === "allow" || mode === "prefer" || mode === "require";
  const named = certificates.ca === "" ? "nothing" : "chain";
  const check = mode === "verify-full" ? "chain and name" : mode === "verify-ca" ? "chain" : named;
  const orPlain = local && mode !== "require" && lax && certificates.ca === "";
  return {
    tls: { ...certificates, check, orPlain },
    warnings: orPlain ? [] : warningsFor(mode, stated, check),
    advice,
  };
};
