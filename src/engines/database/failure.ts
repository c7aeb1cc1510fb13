import { VaultError } from "../../framework/index.ts";

/**
 * How a database fails, in words of our own. What a driver or a server says may hold addresses, statements and
 * passwords, so none of it gets further than the connector that read it.
 */

export type FailureKind =
  /** The database refused the login. */
  | "login"
  /** It was not reached, or not in time. */
  | "unreachable"
  /** It refused a statement; the transaction changed nothing. */
  | "statement"
  /** The connection broke while statements ran: nobody knows whether they took effect. */
  | "unknown";

export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
  readonly kind: FailureKind;
  /** The SQL standard's five letters, where the database gave them. */
  readonly sqlState: string;

  constructor(kind: FailureKind, message: string, sqlState = "") {
    super(message);
    this.kind = kind;
    this.sqlState = sqlState;
  }
}

/** Settings of a connection that cannot be right; the message is Vault's and may quote what the operator sent. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** 500 with a text, as Vault answers a bare error. */
export const broken = (wire: string, cause?: unknown): VaultError =>
  new VaultError("internal", { wire, multi: true, ...(cause === undefined ? {} : { cause }) });

/** The same failure for the caller, `before` in front of its text; anything else passes as it is. */
export const forCaller = (cause: unknown, before = ""): unknown => {
  if (!(cause instanceof DatabaseFailure || cause instanceof SettingsError)) return cause;
  const wire = `${before}${cause.message}`;
  // A database that is away is not our fault: 502, where Vault answers 500 to everything.
  const away = cause instanceof DatabaseFailure && cause.kind === "unreachable";
  return away ? new VaultError("upstream_failed", { wire, multi: true, cause }) : broken(wire, cause);
};
