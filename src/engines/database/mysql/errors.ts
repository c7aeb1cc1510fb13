import { networkReason } from "../../../outgoing/index.ts";
import { DatabaseFailure, noConnection, ownFailure } from "../failure.ts";

/** What the server, the driver, the network and TLS throw, in fixed words of our own and the server's number. */

const LOGIN: Readonly<Record<number, string>> = {
  1044: "the login has no access to the database",
  1045: "the login was refused",
  1049: "the database does not exist",
  1130: "the server takes no logins from here",
  1698: "the login was refused",
  1862: "the password has expired",
  3118: "the account is locked",
  4151: "the account is locked",
};

/** The connection, or the whole server, is going away; who waits may try again. */
const GONE: Readonly<Record<number, string>> = {
  1040: "too many connections",
  1053: "the server is shutting down",
  1203: "too many connections",
  1226: "a limit of the user was reached",
  1317: "it was interrupted",
  1927: "the connection was ended",
  4031: "the connection was idle for too long",
};

const STATEMENT: Readonly<Record<number, string>> = {
  1044: "permission denied",
  1049: "the database does not exist",
  1062: "the object exists already",
  1064: "syntax error",
  1141: "no such grant",
  1142: "permission denied",
  1146: "no such table",
  1205: "a lock was not to be had",
  1213: "a lock was not to be had",
  1227: "permission denied",
  1290: "the server is read-only",
  1305: "no such routine",
  1396: "the account exists already, or does not exist",
  1470: "a name is too long",
  1819: "the password does not satisfy the server's policy",
  1836: "the server is read-only",
  1969: "it took too long",
  3024: "it took too long",
};

/** What `DROP USER` says of an account that is not there. */
const CANNOT_DROP = 1396;
/** The same of `REVOKE` and others, who say it also where the account has no such right. */
const NO_ACCOUNT: readonly number[] = [1133, 1141, 1147, 1269, 1403, 3523];

/** Codes of the driver's own, in words for operators. */
const CODES: Readonly<Record<string, string>> = {
  PROTOCOL_CONNECTION_LOST: "the server closed the connection",
  HANDSHAKE_NO_SSL_SUPPORT: "the server does not speak TLS",
  AUTH_SWITCH_PLUGIN_ERROR: "the server asks for a way to log in that is not supported",
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: "the server asks for the password in the clear",
  ER_NOT_SUPPORTED_AUTH_MODE: "the server asks for a way to log in that is not supported",
};

/** The connection was made, and broke: statements may have run. */
const BROKEN = ["PROTOCOL_CONNECTION_LOST", "ECONNRESET", "EPIPE"];

/** A field of what the driver, the network or TLS threw: they carry their fields untyped. */
const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null && name in error
    ? (error as Readonly<Record<string, unknown>>)[name]
    : undefined;

const textOf = (error: unknown, name: string): string => {
  const value = fieldOf(error, name);
  return typeof value === "string" ? value : "";
};

/** The driver puts its own code over the one of TLS; what is left tells the kinds of failure apart. */
const tlsReason = (error: unknown): string => {
  if (fieldOf(error, "cert") !== undefined) return "the server's certificate is for another host";
  const text = textOf(error, "message");
  if (text === "certificate has expired") return "the server's certificate has expired";
  return /certificate/i.test(text) ? "the server's certificate is not trusted" : "TLS could not be agreed on";
};

/** The server's number for what went wrong, out of what the driver threw. */
const numberOf = (error: unknown): number | undefined => {
  const number = fieldOf(error, "errno");
  const state = textOf(error, "sqlState");
  return typeof number === "number" && number > 0 && /^[0-9A-Z]{5}$/.test(state) ? number : undefined;
};

/** What the server's words say of an account: surely gone, perhaps gone, or nothing of the kind. */
export const goneBy = (error: unknown): "surely" | "perhaps" | "no" => {
  const number = numberOf(error);
  if (number === CANNOT_DROP) return "surely";
  return number !== undefined && NO_ACCOUNT.includes(number) ? "perhaps" : "no";
};

/** Whether the right to read a table is missing. */
export const isUnreadable = (error: unknown): boolean => [1044, 1142, 1143].includes(numberOf(error) ?? 0);

/** Our own words for what the driver or a dial threw while `doing`; nothing of its text is kept. */
export const failureOf = (error: unknown, doing: "login" | "work" = "work"): DatabaseFailure => {
  const own = ownFailure(error);
  if (own) return own;
  const number = numberOf(error);
  if (number === undefined) {
    const code = textOf(error, "code");
    if (code === "HANDSHAKE_SSL_ERROR") return noConnection(tlsReason(error));
    return noConnection(CODES[code] ?? networkReason(error), BROKEN.includes(code) ? "unknown" : "unreachable");
  }
  const sqlState = textOf(error, "sqlState");
  const told = (text: string): string => `Error ${number} (${sqlState}): ${text}`;
  if (GONE[number] !== undefined) return new DatabaseFailure("unknown", told(GONE[number]), { sqlState });
  if (doing === "login") return new DatabaseFailure("login", told(LOGIN[number] ?? "the login failed"), { sqlState });
  return new DatabaseFailure("statement", told(STATEMENT[number] ?? "the database refused"), { sqlState });
};
