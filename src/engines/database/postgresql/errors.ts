import { networkReason } from "../../../outgoing/index.ts";
import { DatabaseFailure, noConnection, ownFailure } from "../failure.ts";

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

/** Two requests with one name: the second one finds the role, or its row in the catalog's index. */
const NAME_TAKEN = ["42710", "23505"];

/** Codes of the driver's own, in words for operators; those of the network and of TLS have theirs in `outgoing`. */
const CODES: Readonly<Record<string, string>> = {
  CONNECT_TIMEOUT: "timed out",
  CONNECTION_CLOSED: "the server closed the connection",
  CONNECTION_ENDED: "the connection was closed",
  CONNECTION_DESTROYED: "the connection was closed",
  SASL_SIGNATURE_MISMATCH: "the server does not know the password",
};

/** The connection was made, and broke: statements may have run. */
const BROKEN = ["CONNECTION_CLOSED", "ECONNRESET", "EPIPE", "CONNECTION_ENDED", "CONNECTION_DESTROYED"];

const said = (error: unknown, name: string): string => {
  if (typeof error !== "object" || error === null || !(name in error)) return "";
  // Errors of the driver, the network and TLS carry their fields untyped.
  const value: unknown = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : "";
};

/** Our own words for what the driver or a dial threw; nothing of its text is kept. */
export const failureOf = (error: unknown): DatabaseFailure => {
  const own = ownFailure(error);
  if (own) return own;
  const code = said(error, "code");
  if (said(error, "name") === "PostgresError" && /^[0-9A-Z]{5}$/.test(code)) {
    const login = LOGIN_STATES[code];
    const details = { sqlState: code };
    if (login !== undefined) return new DatabaseFailure("login", `${login} (SQLSTATE ${code})`, details);
    const fatal = said(error, "severity") !== "ERROR";
    const text = `${STATES[code] ?? "the database refused"} (SQLSTATE ${code})`;
    const refused = NAME_TAKEN.includes(code) ? "taken" : "statement";
    return new DatabaseFailure(fatal ? "unknown" : refused, text, details);
  }
  return noConnection(CODES[code] ?? networkReason(error), BROKEN.includes(code) ? "unknown" : "unreachable");
};
