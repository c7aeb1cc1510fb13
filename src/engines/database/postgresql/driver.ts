import type { Options, Sql, TransactionSql } from "postgres";
import type { Dial } from "../../../outgoing/index.ts";
import { within } from "../deadline.ts";
import { advised } from "../failure.ts";
import type { LoginToken } from "../sql/iam.ts";
import { type Dialer, dialer } from "./dial.ts";
import { failureOf } from "./errors.ts";
import type { PostgresSettings } from "./settings.ts";

/**
 * postgres.js behind a few calls: loaded when first needed, never given the process environment's idea of a server,
 * every call under a deadline, every failure in our own words.
 */

export interface Pool {
  /** Runs work with a deadline. One that runs out, or a connection that breaks, costs the pool its connections. */
  run<T>(limitMs: number, work: (sql: Sql) => Promise<T>): Promise<T>;
  usable(): boolean;
  close(): Promise<void>;
}

const IDLE_SECONDS = 10;
const CLOSE_SECONDS = 2;
/** Parameters of libpq's own that the server does not know. */
const CLIENT_SIDE =
  /^(?:ssl\w*|connect_timeout|target_session_attrs|channel_binding|gssencmode|krbsrvname|gsslib|keepalives\w*|tcp_user_timeout|load_balance_hosts|require_auth|requirepeer|host|port|dbname|pool_\w+)$/;

const serverParameters = ({ target }: PostgresSettings): Record<string, string> => {
  const given = [...target.parameters].filter(([name]) => !CLIENT_SIDE.test(name));
  return { application_name: "vault", timezone: "UTC", ...Object.fromEntries(given) };
};

const connect = async (settings: PostgresSettings, { socket, password }: Dialer): Promise<Sql> => {
  const { default: postgres } = await import("postgres");
  const { target } = settings;
  // Whatever is left out here the driver would take from the environment.
  const options: Options<Record<string, never>> = {
    host: target.hosts[0]?.name ?? "localhost",
    port: target.hosts[0]?.port ?? 5432,
    user: settings.iam?.username ?? (target.username || "postgres"),
    database: target.database || target.username || "postgres",
    password,
    ssl: false,
    max: settings.connections,
    idle_timeout: IDLE_SECONDS,
    connect_timeout: settings.connectSeconds,
    max_lifetime: settings.lifetime > 0 ? settings.lifetime : null,
    backoff: () => 0,
    keep_alive: 30,
    prepare: false,
    fetch_types: false,
    debug: false,
    connection: serverParameters(settings),
    onnotice: () => undefined,
  };
  // The driver's types do not list its option for ready-made sockets.
  return postgres(Object.assign(options, { socket }));
};

export const openPool = async (settings: PostgresSettings, dial: Dial, token: LoginToken): Promise<Pool> => {
  const sockets = dialer(settings, dial, token);
  const sql = await connect(settings, sockets);
  let usable = true;
  const cut = async (seconds: number): Promise<void> => {
    usable = false;
    await sql.end({ timeout: seconds });
  };
  const giveUp = (): void => {
    cut(0).catch(() => undefined);
  };
  return {
    usable: () => usable,
    close: () => cut(CLOSE_SECONDS),
    run: async (limitMs, work) => {
      sockets.begin();
      try {
        return await within(limitMs, work(sql), { late: giveUp });
      } catch (cause) {
        const failure = failureOf(cause);
        // The driver would use the broken connection's state for the next: a result cut off in the middle leaves an
        // empty row in front of the next result, and a user that exists would look as if it were gone.
        if (failure.kind === "unknown") giveUp();
        throw advised(failure, settings.advice);
      }
    },
  };
};

/** Whether the connection is gone: the driver's and the network's errors have a code, and the server's say `FATAL`. */
const brokeOff = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && !("severity" in cause && cause.severity === "ERROR");

/**
 * One transaction, with limits the server keeps: a caller that sleeps cannot come back and finish it.
 *
 * The driver rolls back whatever failed, also on a connection that is gone, and then ends the whole process (its issues
 * 1154 and 1208: a write to a socket that is null). So a transaction whose connection broke never settles for the
 * driver; its failure is passed around it, and the server rolls back by itself.
 */
export const inTransaction = async (
  sql: Sql,
  limitMs: number,
  work: (transaction: TransactionSql) => Promise<void>,
): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    const begun = sql.begin(async (transaction) => {
      try {
        await transaction.unsafe(
          `SET LOCAL statement_timeout = ${limitMs}; SET LOCAL idle_in_transaction_session_timeout = ${limitMs}; SET LOCAL standard_conforming_strings = on`,
        );
        await work(transaction);
      } catch (cause) {
        if (!brokeOff(cause)) throw cause;
        reject(cause);
        await new Promise<never>(() => undefined);
      }
    });
    begun.then(() => resolve(), reject);
  });
};
