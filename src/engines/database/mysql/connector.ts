import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import { rdsToken } from "../adapters/rds-token.ts";
import type { Connector, ConnectorWorld, Database, UserWork } from "../connector.ts";
import { DatabaseFailure } from "../failure.ts";
import { DROP_MS, expiration, prepareBy, WORK_MS } from "../sql/work.ts";
import { accountsOf, confirmEnded, dropAccount, dropUser, endSessions } from "./accounts.ts";
import { openPool, type Pool } from "./driver.ts";
import { failureOf, goneBy } from "./errors.ts";
import { guarded, type Session } from "./session.ts";
import { LEGACY_USERNAME_TEMPLATE, readSettings, showDetails, USERNAME_TEMPLATE } from "./settings.ts";
import { fill, statementsOf } from "./sql-text.ts";

/**
 * MySQL and MariaDB behind the database engine. It trusts the engine to have recorded the lease; it must never send a
 * statement whose values were not put in by `sql-text.ts`, never leave a user behind that it reported as not created,
 * and never let the server's own words out.
 */

const DEFAULT_CHANGE = [`ALTER USER '{{username}}'@'%' IDENTIFIED BY '{{password}}'`];

const prepare = prepareBy({ statementsOf, fill });

interface Run {
  readonly statements: readonly string[];
  /** By the database's clock. */
  readonly notAfter?: number;
  /** How many statements took effect. */
  readonly progress?: { done: number };
  /** Whether a statement that failed may be left out. */
  readonly passOver?: (cause: unknown) => Promise<boolean>;
}

const runEach = async (session: Session, { statements, notAfter, progress, passOver }: Run): Promise<void> => {
  for (const statement of statements) {
    const now = await guarded(session);
    // Written so that a clock that cannot be read counts as too late.
    if (notAfter !== undefined && !(now <= notAfter))
      throw new DatabaseFailure("statement", "the request was held up for too long");
    try {
      await session.run(statement);
      if (progress) progress.done += 1;
    } catch (cause) {
      if (!(await passOver?.(cause))) throw cause;
    }
  }
};

/** In one transaction as far as MySQL has them: statements about users and tables commit whatever was before them. */
const runAll = async (session: Session, run: Run): Promise<void> => {
  await session.run("SET SESSION autocommit = 0");
  try {
    await runEach(session, run);
    await session.run("COMMIT");
  } catch (cause) {
    if (failureOf(cause).kind === "statement") await session.run("ROLLBACK");
    throw cause;
  } finally {
    if (session.alive()) await session.run("SET SESSION autocommit = 1").catch(() => undefined);
  }
};

/** Nobody else makes a user of this name meanwhile. A cluster may not have such locks; then it is left out. */
const lock = async (session: Session, username: string): Promise<void> => {
  try {
    const [row] = await session.ask("SELECT GET_LOCK(SHA2(CONCAT('vault/', ?), 224), 10) AS taken", [username]);
    if (Number(row?.["taken"]) !== 1) throw new DatabaseFailure("statement", "another request makes the same user");
  } catch (cause) {
    if (cause instanceof DatabaseFailure || failureOf(cause).kind !== "statement") throw cause;
  }
};

const unlock = async (session: Session, username: string): Promise<void> => {
  if (!session.alive()) return;
  await session.ask("SELECT RELEASE_LOCK(SHA2(CONCAT('vault/', ?), 224))", [username]).catch(() => undefined);
};

/**
 * Drops what a failed creation made: nobody had the name before. Where that fails nobody knows what is left, and the
 * pending lease ends it.
 */
const undo = async (session: Session, username: string): Promise<void> => {
  try {
    for (const account of (await accountsOf(session, username)) ?? []) await dropAccount(session, account);
  } catch (cause) {
    throw new DatabaseFailure("unknown", `the user could not be removed again: ${failureOf(cause).message}`);
  }
};

const create = async (session: Session, username: string, run: Run): Promise<void> => {
  await lock(session, username);
  try {
    const known = await accountsOf(session, username);
    if (known !== undefined && known.length > 0) throw new DatabaseFailure("taken", "the user exists already");
    const progress = { done: 0 };
    try {
      await runAll(session, { ...run, progress });
    } catch (cause) {
      const { kind, message, ...told } = failureOf(cause);
      if (kind !== "statement") throw cause;
      if (known !== undefined) await undo(session, username);
      throw new DatabaseFailure(progress.done === 0 ? "taken" : kind, message, told);
    }
  } finally {
    await unlock(session, username);
  }
};

const revoke = async (session: Session, work: UserWork): Promise<void> => {
  const { username } = work;
  if (work.statements.length === 0) return dropUser(session, username);
  // A run that was cut off after a statement took effect finds nothing to drop, and goes on with the next one.
  const passOver = async (cause: unknown): Promise<boolean> => {
    const gone = goneBy(cause);
    const known = gone === "no" ? undefined : await accountsOf(session, username);
    return known === undefined ? gone === "surely" : known.length === 0;
  };
  await runAll(session, { statements: prepare(work, [], {}), passOver });
  await endSessions(session, username);
  await confirmEnded(session, username);
};

const changePassword = async (pool: Pool, work: Parameters<Database["changePassword"]>[0]): Promise<void> => {
  const { password, notAfter } = work;
  try {
    const statements = prepare(work, DEFAULT_CHANGE, { password });
    await pool.run(WORK_MS, (session) => runAll(session, { statements, notAfter }));
  } catch (cause) {
    const { kind, message, ...told } = failureOf(cause);
    throw new DatabaseFailure(kind, `failed to change password: ${message}`, told);
  }
};

const databaseOn = (pool: Pool): Database => ({
  usable: pool.usable,
  close: pool.close,
  ping: () =>
    pool.run(WORK_MS, async (session) => {
      await guarded(session);
    }),
  look: (username) =>
    pool.run(WORK_MS, async (session) => {
      const known = await accountsOf(session, username);
      return { exists: known === undefined ? "unknown" : known.length > 0, now: await guarded(session) };
    }),
  create: async (work) => {
    const { username, password, notAfter } = work;
    const statements = prepare(work, [], { password, expiration: expiration(work.expires) });
    await pool.run(WORK_MS, (session) => create(session, username, { statements, notAfter }));
  },
  // A user of MySQL has no end of its own that could be moved; Vault does nothing here either.
  renew: async () => undefined,
  revoke: (work) => pool.run(DROP_MS, (session) => revoke(session, work)),
  changePassword: (work) => changePassword(pool, work),
});

const TEMPLATES = {
  "mysql-database-plugin": USERNAME_TEMPLATE,
  "mysql-aurora-database-plugin": LEGACY_USERNAME_TEMPLATE,
  "mysql-rds-database-plugin": LEGACY_USERNAME_TEMPLATE,
  "mysql-legacy-database-plugin": LEGACY_USERNAME_TEMPLATE,
};

export type MysqlPlugin = keyof typeof TEMPLATES;

/** The plugins of Vault for MySQL, MariaDB, RDS and Aurora; they differ in how long a user's name may be. */
export const mysqlConnector = (plugin: MysqlPlugin, world: ConnectorWorld, token = rdsToken()): Connector => {
  const settingsOf = (details: Parameters<Connector["settings"]>[0], around: TemplateWorld) =>
    readSettings(details, TEMPLATES[plugin], around);
  return {
    plugin,
    verifying: "error verifying - ping: ",
    credentialTypes: ["password"],
    createsByDefault: false,
    settings: (details) => settingsOf(details, world),
    shown: showDetails,
    open: async (details) => databaseOn(openPool(settingsOf(details, world), { ...world, token })),
  };
};
