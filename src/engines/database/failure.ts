import { VaultError } from "../../framework/index.ts";
import { AddressRefused, NoConnection, refusedHost } from "../../outgoing/index.ts";

/**
 * How a database fails, in words of our own. What a driver or a server says may hold addresses, statements and
 * passwords, so none of it gets further than the connector that read it.
 */

export type FailureKind =
  /** The database refused the login. */
  | "login"
  /** Its host may not be dialled from here; nothing was. */
  | "refused"
  /** It was not reached, or not in time. */
  | "unreachable"
  /** It refused a statement; the transaction changed nothing. */
  | "statement"
  /** No user was made: the name exists already, or the first statement did not even take effect. */
  | "taken"
  /** The connection broke while statements ran: nobody knows whether they took effect. */
  | "unknown";

export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";
  readonly kind: FailureKind;
  /** The SQL standard's five letters, where the database gave them. */
  readonly sqlState: string;
  /**
   * What became of the connection, where that is what failed: for the audit log and the log only. Callers read the
   * message, which is the same for a closed port, a silent one and a server of another kind.
   */
  readonly reason: string | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    told: { readonly sqlState?: string; readonly reason?: string | undefined } = {},
  ) {
    super(message);
    this.kind = kind;
    this.sqlState = told.sqlState ?? "";
    this.reason = told.reason;
  }
}

/** Settings of a connection that cannot be right; the message is Vault's and may quote what the operator sent. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The one text for every way in which a connection is not made or breaks. */
export const NO_CONNECTION = "no connection to the database";

export const noConnection = (reason: string, kind: "unreachable" | "unknown" = "unreachable"): DatabaseFailure =>
  new DatabaseFailure(kind, NO_CONNECTION, { reason });

/** What a dial threw, or a failure of ours, in our own words; nothing where it is something else. */
export const ownFailure = (error: unknown): DatabaseFailure | undefined => {
  if (error instanceof DatabaseFailure) {
    // A copy: drivers hang the statement and its values on what they throw on.
    const { kind, message, sqlState, reason } = error;
    return new DatabaseFailure(kind, message, { sqlState, reason });
  }
  if (error instanceof AddressRefused)
    return new DatabaseFailure("refused", refusedHost(error), { reason: error.reason });
  return error instanceof NoConnection ? noConnection(error.reason) : undefined;
};

/** The failure with the advice that belongs to the settings, whatever it was that went wrong with the connection. */
export const advised = (failure: DatabaseFailure, advice: string): DatabaseFailure =>
  failure.message === NO_CONNECTION && failure.reason !== undefined
    ? new DatabaseFailure(failure.kind, `${NO_CONNECTION}: ${advice}`, {
        reason: `${NO_CONNECTION}: ${failure.reason}`,
      })
    : failure;

/** What the caller or the operator can put right: 400, where Vault answers 500 to everything. */
export const broken = (wire: string, cause?: unknown): VaultError =>
  new VaultError("invalid_request", { wire, multi: true, cause });

/** The reason of a failure of the connection as part of an error's options. */
export const reasonOf = (cause: unknown, before = ""): { readonly reason?: string } =>
  cause instanceof DatabaseFailure && cause.reason !== undefined ? { reason: `${before}${cause.reason}` } : {};

/**
 * The same failure for the caller, `before` in front of its text; anything else passes as it is. A connection that was
 * not made and one that broke get the same status, or the status would reveal what is at the other end.
 */
export const forCaller = (cause: unknown, before = ""): unknown => {
  if (!(cause instanceof DatabaseFailure || cause instanceof SettingsError)) return cause;
  const options = { wire: `${before}${cause.message}`, multi: true, ...reasonOf(cause, before), cause };
  // A database that is away, or goes away in the middle, is nobody's mistake here: 502. Everything else can be put
  // right.
  const away =
    cause instanceof DatabaseFailure &&
    (cause.kind === "unreachable" || cause.kind === "unknown" || cause.reason !== undefined);
  const refused = cause instanceof DatabaseFailure && cause.kind === "refused";
  return new VaultError(away && !refused ? "upstream_failed" : "invalid_request", options);
};
