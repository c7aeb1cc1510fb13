import { VaultError } from "../../framework/index.ts";

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
