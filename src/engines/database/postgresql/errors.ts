import { DatabaseFailure } from "../failure.ts";

/** What the server, the driver, the network and TLS throw, in fixed words of our own and a SQLSTATE. */

const LOGIN_STATES: Readonly<Record<string, string>> = {
  "28000": "the login was refused",
  "28P01": "password authentication failed",
};

const STATES: Readonly<Record<string, string>> = {
  "23505": "the object exists already",
  "2BP01": "other objects depend on the role",
  "3D000": "the database does not exist",
  "42501": "permission denied",
  "42601": "syntax error",
  "42704": "no such object",
  "42710": "the object exists already",
  "42883": "no such function",
  "42P01": "no such table",
  "53300": "too many connections",
  "55P03": "a lock was not to be had",
  "57014": "it took too long",
  P0001: "a block raised an exception",
};

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "host unreachable",
  CONNECT_TIMEOUT: "timed out",
  ECONNRESET: "the server closed the connection",
  EPIPE: "the server closed the connection",
  CONNECTION_CLOSED: "the server closed the connection",
  CONNECTION_ENDED: "the connection was closed",
  CONNECTION_DESTROYED: "the connection was closed",
  SASL_SIGNATURE_MISMATCH: "the server does not know the password",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

const TLS_CODES =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+)$/;

const said = (error: unknown, name: string): string => {
  if (typeof error !== "object" || error === null || !(name in error)) return "";
  // Errors of the driver, the network and TLS carry their fields untyped.
  const value: unknown = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : "";
};

/** Our own words for what the driver threw; nothing of its text is kept. */
export const failureOf = (error: unknown): DatabaseFailure => {
  // A copy: the driver hangs the statement and its values on what it throws.
  if (error instanceof DatabaseFailure) return new DatabaseFailure(error.kind, error.message, error.sqlState);
  const code = said(error, "code");
  if (said(error, "name") === "PostgresError" && /^[0-9A-Z]{5}$/.test(code)) {
    const login = LOGIN_STATES[code];
    if (login !== undefined) return new DatabaseFailure("login", `${login} (SQLSTATE ${code})`, code);
    const fatal = said(error, "severity") !== "ERROR";
    const text = `${STATES[code] ?? "the database refused"} (SQLSTATE ${code})`;
    return new DatabaseFailure(fatal ? "unknown" : "statement", text, code);
  }
  const text = CODES[code] ?? (TLS_CODES.test(code) ? "the server's certificate is not trusted" : "no connection");
  const reached = ["CONNECTION_CLOSED", "ECONNRESET", "EPIPE", "CONNECTION_ENDED", "CONNECTION_DESTROYED"].includes(
    code,
  );
  return new DatabaseFailure(reached ? "unknown" : "unreachable", text);
};
