import type { Sql, TransactionSql } from "postgres";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import { rdsToken } from "../adapters/rds-token.ts";
import type { Connector, ConnectorWorld, Database, UserWork } from "../connector.ts";
import { DatabaseFailure } from "../failure.ts";
import { fill, statementsOf } from "../sql/statements.ts";
import { DROP_MS, expiration, prepareBy, WORK_MS } from "../sql/work.ts";
import { inTransaction, openPool, type Pool } from "./driver.ts";
import { failureOf } from "./errors.ts";
import { confirmEnded, dropUser, endSessions, userNumber } from "./revocation.ts";
import { scramVerifier } from "./scram.ts";
import { type PostgresSettings, readSettings, showDetails } from "./settings.ts";
import { DIALECT } from "./sql-text.ts";

/**
 * PostgreSQL behind the database engine. It trusts the engine to have recorded the lease; it must never send a
 * statement whose values were not put in by `sql-text.ts`, and never let the server's own words out.
 */

const DEFAULT_RENEWAL = [`ALTER ROLE "{{name}}" VALID UNTIL '{{expiration}}'`];
const DEFAULT_CHANGE = [`ALTER ROLE "{{username}}" WITH PASSWORD '{{password}}'`];

const REVOKE_MS = 20_000;

const FAILED = "failed to execute query: ";

const failed = (cause: unknown): DatabaseFailure => {
  const { kind, message, ...told } = failureOf(cause);
  return new DatabaseFailure(kind, `${FAILED}${message}`, told);
};

const prepare = prepareBy({
  statementsOf: (texts) => statementsOf(texts, DIALECT),
  fill: (sql, values) => fill(sql, values, DIALECT),
});

const clockOf = async (sql: Sql | TransactionSql): Promise<number> => {
  const [row] = await sql<{ now: number }[]>`
    SELECT (EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000)::float8 AS now`;
  return row?.now ?? Number.NaN;
};

const runAll = async (
  pool: Pool,
  limitMs: number,
  prepared: () => Promise<readonly string[]>,
  notAfter = Number.POSITIVE_INFINITY,
): Promise<void> => {
  try {
    const statements = await prepared();
    await pool.run(limitMs, (sql) =>
      inTransaction(sql, limitMs, async (transaction) => {
        // Written so that a clock that cannot be read counts as too late.
        if (notAfter < Number.POSITIVE_INFINITY && !((await clockOf(transaction)) <= notAfter)) {
          throw new DatabaseFailure("statement", "the request was held up for too long");
        }
        for (const statement of statements) await transaction.unsafe(statement);
      }),
    );
  } catch (cause) {
    throw failed(cause);
  }
};

const revoke = async (pool: Pool, work: UserWork): Promise<void> => {
  const { username } = work;
  if (work.statements.length === 0) return pool.run(DROP_MS, (sql) => dropUser(sql, username));
  const limit = REVOKE_MS;
  const id = await pool.run(limit, (sql) => userNumber(sql, username));
  try {
    await runAll(pool, limit, async () => prepare(work, [], {}));
  } catch (cause) {
    // A run that was cut off after it took effect finds nothing to drop.
    const gone = cause instanceof DatabaseFailure && cause.sqlState === "42704";
    if (!gone || (await pool.run(limit, (sql) => userNumber(sql, username))) !== undefined) throw cause;
  }
  await pool.run(limit, async (sql) => {
    if (id !== undefined) await endSessions(sql, id);
    await confirmEnded(sql, username);
  });
};

const databaseOn = (pool: Pool, settings: PostgresSettings, world: TemplateWorld): Database => {
  const secret = (password: string): Promise<string> =>
    settings.scram ? scramVerifier(password, world.random) : Promise.resolve(password);
  return {
    usable: pool.usable,
    close: pool.close,
    ping: () =>
      pool.run(WORK_MS, async (sql) => {
        await sql`SELECT 1`;
      }),
    look: (username) =>
      pool.run(WORK_MS, async (sql) => {
        const [row] = await sql<{ exists: boolean; now: number }[]>`
          SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${username}) AS exists,
            (EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000)::float8 AS now`;
        if (!row) throw new DatabaseFailure("unknown", "the database gave no answer");
        return row;
      }),
    create: async (work) =>
      runAll(
        pool,
        WORK_MS,
        async () => prepare(work, [], { password: await secret(work.password), expiration: expiration(work.expires) }),
        work.notAfter,
      ),
    renew: (work) =>
      runAll(pool, WORK_MS, async () => prepare(work, DEFAULT_RENEWAL, { expiration: expiration(work.expires) })),
    revoke: (work) => revoke(pool, work),
    changePassword: (work) =>
      runAll(
        pool,
        WORK_MS,
        async () => prepare(work, DEFAULT_CHANGE, { password: await secret(work.password) }),
        work.notAfter,
      ),
  };
};

/** `postgresql-database-plugin`. */
export const postgresqlConnector = (world: ConnectorWorld, token = rdsToken()): Connector => ({
  plugin: "postgresql-database-plugin",
  verifying: "error verifying connection: ",
  credentialTypes: ["password"],
  createsByDefault: false,
  settings: (details) => readSettings(details, world),
  shown: showDetails,
  open: async (details) => {
    const settings = readSettings(details, world);
    return databaseOn(await openPool(settings, world.dial, token), settings, world);
  },
});
