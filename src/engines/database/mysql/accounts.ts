import { DatabaseFailure } from "../failure.ts";
import { failureOf, isUnreadable } from "./errors.ts";
import type { Session } from "./session.ts";
import { bareText, quotedAccount } from "./sql-text.ts";

/**
 * Accounts of a user: one for each host it may come from. Ending one is done in steps that may be repeated, since
 * MySQL commits each by itself. First it is locked, then its rights go, so that one that cannot be dropped is at least
 * locked out. Names that come from the database are quoted like any other.
 */

export interface Account {
  readonly user: string;
  readonly host: string;
}

/** The host of users made by Vault's examples, and the only one its own statements know. */
const ANY_HOST = "%";

/** Nothing where the connection's user may not read `mysql.user`. */
export const accountsOf = async (session: Session, username: string): Promise<readonly Account[] | undefined> => {
  try {
    const rows = await session.ask("SELECT User AS user, Host AS host FROM mysql.user WHERE User = ?", [username]);
    return rows.map(({ user, host }) => ({ user: String(user), host: String(host) }));
  } catch (cause) {
    if (isUnreadable(cause)) return undefined;
    throw cause;
  }
};

/** Runs a statement that helps but is not needed: an old server may not know it, or the right to it may be missing. */
const attempt = async (session: Session, statement: string): Promise<void> => {
  try {
    await session.run(statement);
  } catch (cause) {
    const failure = failureOf(cause);
    if (failure.kind !== "statement") throw failure;
  }
};

export const dropAccount = async (session: Session, { user, host }: Account): Promise<void> => {
  const account = quotedAccount(user, host);
  await attempt(session, `ALTER USER ${account} ACCOUNT LOCK`);
  await attempt(session, `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account}`);
  await session.run(`DROP USER IF EXISTS ${account}`);
};

const sessionsOf = async (session: Session, username: string): Promise<readonly number[]> => {
  const [own] = await session.run("SELECT CONNECTION_ID() AS id");
  const rows = await session.run("SHOW PROCESSLIST");
  return rows
    .filter((row) => row["User"] === username && row["Command"] !== "Killed")
    .map((row) => Number(row["Id"]))
    .filter((id) => Number.isInteger(id) && id !== Number(own?.["id"]));
};

/**
 * Ends the sessions of a user: those of one that was dropped would keep their rights. Throws when some are left, as far
 * as the engine's own user can see them.
 */
export const endSessions = async (session: Session, username: string): Promise<void> => {
  for (const id of await sessionsOf(session, username)) {
    await attempt(session, `KILL CONNECTION ${id}`);
  }
  const left = await sessionsOf(session, username);
  // RDS lets nobody kill, but has a procedure for it.
  for (const id of left) await attempt(session, `CALL mysql.rds_kill(${id})`);
  if (left.length > 0 && (await sessionsOf(session, username)).length > 0) {
    throw new DatabaseFailure(
      "statement",
      "open sessions of the user could not be ended: the connection's user lacks the right to (CONNECTION ADMIN)",
    );
  }
};

const isLocked = async (session: Session, { user, host }: Account): Promise<boolean> => {
  const [row] = await session.run(`SHOW CREATE USER ${quotedAccount(user, host)}`);
  return /\bACCOUNT LOCK\b/.test(bareText(String(Object.values(row ?? {})[0])));
};

/** Throws when an account of the user is left that could log in, as far as the engine's own user can see. */
export const confirmEnded = async (session: Session, username: string): Promise<void> => {
  for (const account of (await accountsOf(session, username)) ?? []) {
    if (!(await isLocked(session, account)))
      throw new DatabaseFailure("statement", "the user still exists and can log in");
  }
};

/** What is done where the role has no revocation statements: as Vault does, and the sessions end. */
export const dropUser = async (session: Session, username: string): Promise<void> => {
  const known = await accountsOf(session, username);
  const isThere = known === undefined || known.some(({ host }) => host === ANY_HOST);
  try {
    if (isThere) await dropAccount(session, { user: username, host: ANY_HOST });
  } finally {
    // Also where it was dropped before: a run that was cut off may have left them.
    await endSessions(session, username);
  }
  const left = (await accountsOf(session, username)) ?? [];
  if (left.length > 0) {
    throw new DatabaseFailure("statement", "the user has accounts of single hosts: only own statements drop those");
  }
};
