import type { Sql } from "postgres";
import { DatabaseFailure } from "../failure.ts";
import { failureOf } from "./errors.ts";
import { identifier } from "./sql-text.ts";

/**
 * Ending a user. Every step may be repeated: a user that is gone is not a failure, and each statement takes effect by
 * itself, so that a run that was cut off leaves less to do. First the login goes, then what hangs on the name; so a
 * user that cannot be dropped is at least locked out. Names that come from the database are quoted like any other.
 */

/** The user's number while it exists; its sessions keep the number after the name is dropped. */
export const userNumber = async (sql: Sql, username: string): Promise<string | undefined> => {
  const [row] = await sql<
    { id: string }[]
  >`SELECT oid::text AS id FROM pg_catalog.pg_roles WHERE rolname = ${username}`;
  return row?.id;
};

/** Ends sessions as far as the engine's own user may; they lose their rights with the user in any case. */
export const endSessions = async (sql: Sql, id: string): Promise<void> => {
  try {
    await sql`
      SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
      WHERE usesysid = ${id}::oid AND pid <> pg_catalog.pg_backend_pid()`;
  } catch (cause) {
    const failure = failureOf(cause);
    if (failure.sqlState !== "42501") throw failure;
  }
};

/** Throws when the user exists and could log in. */
export const confirmEnded = async (sql: Sql, username: string): Promise<void> => {
  const [row] = await sql<{ live: boolean }[]>`
    SELECT rolcanlogin AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now()) AS live
    FROM pg_catalog.pg_roles WHERE rolname = ${username}`;
  if (row?.live) throw new DatabaseFailure("statement", "the user still exists and can log in");
};

/** Schemas with rights of the user's on themselves or on what is in them, and databases, out of the catalog. */
const grantsOf = async (sql: Sql, id: string): Promise<{ schemas: string[]; databases: string[] }> => {
  const schemas = await sql<{ name: string }[]>`
    SELECT DISTINCT n.nspname::text AS name
    FROM pg_catalog.pg_shdepend d
    LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
    LEFT JOIN pg_catalog.pg_proc p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
    JOIN pg_catalog.pg_namespace n ON n.oid = COALESCE(c.relnamespace, p.pronamespace,
      CASE WHEN d.classid = 'pg_catalog.pg_namespace'::regclass THEN d.objid END)
    WHERE d.refclassid = 'pg_catalog.pg_authid'::regclass AND d.refobjid = ${id}::oid AND d.deptype = 'a'
      AND d.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;
  const databases = await sql<{ name: string }[]>`
    SELECT DISTINCT b.datname::text AS name
    FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_database b ON b.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_authid'::regclass AND d.refobjid = ${id}::oid AND d.deptype = 'a'
      AND d.classid = 'pg_catalog.pg_database'::regclass`;
  return { schemas: schemas.map(({ name }) => name), databases: databases.map(({ name }) => name) };
};

const revocations = async (sql: Sql, id: string, user: string): Promise<readonly string[]> => {
  const { schemas, databases } = await grantsOf(sql, id);
  return [
    ...schemas
      .map(identifier)
      .flatMap((schema) => [
        `REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA ${schema} FROM ${user}`,
        `REVOKE ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA ${schema} FROM ${user}`,
        `REVOKE ALL PRIVILEGES ON ALL ROUTINES IN SCHEMA ${schema} FROM ${user}`,
        `REVOKE ALL PRIVILEGES ON SCHEMA ${schema} FROM ${user}`,
      ]),
    ...databases.map((database) => `REVOKE ALL PRIVILEGES ON DATABASE ${identifier(database)} FROM ${user}`),
  ];
};

/** What is done where the role has no revocation statements: as Vault does, and the sessions end. */
export const dropUser = async (sql: Sql, username: string): Promise<void> => {
  const id = await userNumber(sql, username);
  if (id === undefined) return;
  const user = identifier(username);
  await sql.unsafe(`ALTER ROLE ${user} NOLOGIN`);
  await endSessions(sql, id);
  let last: DatabaseFailure | undefined;
  for (const statement of await revocations(sql, id, user)) {
    try {
      await sql.unsafe(statement);
    } catch (cause) {
      last = failureOf(cause);
      if (last.kind !== "statement") throw last;
    }
  }
  if (last) {
    throw new DatabaseFailure("statement", `could not perform all revocation statements: ${last.message}`, {
      sqlState: last.sqlState,
    });
  }
  await sql.unsafe(`DROP ROLE IF EXISTS ${user}`);
  if ((await userNumber(sql, username)) !== undefined) {
    throw new DatabaseFailure("statement", "the user still exists after it was dropped");
  }
};
