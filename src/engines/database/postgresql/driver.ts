import type { ConnectionOptions } from "node:tls";
import type { Options, Sql, TransactionSql } from "postgres";
import { DatabaseFailure } from "../failure.ts";
import type { PostgresSettings } from "./settings.ts";

/**
 * postgres.js behind a few calls: loaded when first needed, never given the process environment's idea of a server,
 * every call under a deadline, every failure in our own words.
 */

export interface Pool {
  /** Runs work with a deadline; one that runs out costs the pool its connections. */
  run<T>(limitMs: number, work: (sql: Sql) => Promise<T>): Promise<T>;
  usable(): boolean;
  close(): Promise<void>;
}

const IDLE_SECONDS = 20;
const CLOSE_SECONDS = 2;
/** Parameters of libpq's own that the server does not know. */
const CLIENT_SIDE =
  /^(?:ssl\w*|connect_timeout|target_session_attrs|channel_binding|gssencmode|krbsrvname|gsslib|keepalives\w*|tcp_user_timeout|load_balance_hosts|require_auth|requirepeer|hostaddr|pool_\w+)$/;

const LOGIN_STATES: Readonly<Record<string, string>> = {
  "28000": "the login was refused",
  "28P01": "password authentication failed",
};

const STATES: Readonly<Record<string, string>> = {
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

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "host unreachable",
  CONNECT_TIMEOUT: "timed out",
  ECONNRESET: "the server closed the connection",
  EPIPE: "the server closed the connection",
  CONNECTION_CLOSED: "the server closed the connection",
  CONNECTION_ENDED: "the connection was closed",
  CONNECTION_DESTROYED: "the connection was closed",
  SASL_SIGNATURE_MISMATCH: "the server does not know the password",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

const TLS_CODES =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+)$/;

const said = (error: unknown, name: string): string => {
  if (typeof error !== "object" || error === null || !(name in error)) return "";
  // Errors of the driver, the network and TLS carry their fields untyped.
  const value: unknown = (error as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : "";
};

/** Our own words for what the driver threw; nothing of its text is kept. */
export const failureOf = (error: unknown): DatabaseFailure => {
  if (error instanceof DatabaseFailure) return error;
  const code = said(error, "code");
  if (said(error, "name") === "PostgresError" && /^[0-9A-Z]{5}$/.test(code)) {
    const login = LOGIN_STATES[code];
    if (login !== undefined) return new DatabaseFailure("login", `${login} (SQLSTATE ${code})`, code);
    const fatal = said(error, "severity") !== "ERROR";
    const text = `${STATES[code] ?? "the database refused"} (SQLSTATE ${code})`;
    return new DatabaseFailure(fatal ? "unknown" : "statement", text, code);
  }
  const text = CODES[code] ?? (TLS_CODES.test(code) ? "the server's certificate is not trusted" : "no connection");
  const reached = ["CONNECTION_CLOSED", "ECONNRESET", "EPIPE", "CONNECTION_ENDED", "CONNECTION_DESTROYED"].includes(
    code,
  );
  return new DatabaseFailure(reached ? "unknown" : "unreachable", text);
};

const tlsOptions = ({ tls, target }: PostgresSettings): false | ConnectionOptions => {
  if (tls === false) return false;
  // Without `host`, node:tls would hold a certificate to the name `localhost` where the address is a number.
  return {
    host: target.hosts[0]?.name,
    rejectUnauthorized: true,
    ...(tls.ca === "" ? {} : { ca: tls.ca }),
    ...(tls.certificate === "" ? {} : { cert: tls.certificate, key: tls.key }),
    ...(tls.hostname ? {} : { checkServerIdentity: () => undefined }),
  };
};

const serverParameters = ({ target }: PostgresSettings): Record<string, string> => {
  const given = [...target.parameters].filter(([name]) => !CLIENT_SIDE.test(name));
  return { application_name: "vault", timezone: "UTC", ...Object.fromEntries(given) };
};

const connect = async (settings: PostgresSettings): Promise<Sql> => {
  const { default: postgres } = await import("postgres");
  const { target } = settings;
  const password = target.password;
  // Whatever is left out here the driver would take from the environment.
  const options: Options<Record<string, never>> = {
    user: target.username || "postgres",
    database: target.database || target.username || "postgres",
    password: () => password,
    ssl: tlsOptions(settings),
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
  // The driver takes lists, its types only text; text would be cut at the colons of an IPv6 address.
  const hosts = { host: target.hosts.map(({ name }) => name), port: target.hosts.map(({ port }) => port) };
  return postgres(Object.assign(options, hosts));
};

export const openPool = async (settings: PostgresSettings): Promise<Pool> => {
  const sql = await connect(settings);
  let usable = true;
  const cut = async (seconds: number): Promise<void> => {
    usable = false;
    await sql.end({ timeout: seconds });
  };
  return {
    usable: () => usable,
    close: () => cut(CLOSE_SECONDS),
    run: async (limitMs, work) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new DatabaseFailure("unknown", "the database did not answer in time"));
          cut(0).catch(() => undefined);
        }, limitMs);
      });
      try {
        return await Promise.race([work(sql), late]);
      } catch (cause) {
        throw failureOf(cause);
      } finally {
        clearTimeout(timer);
      }
    },
  };
};

/** One transaction, with limits the server keeps: a caller that sleeps cannot come back and finish it. */
export const inTransaction = async (
  sql: Sql,
  limitMs: number,
  work: (transaction: TransactionSql) => Promise<void>,
): Promise<void> => {
  await sql.begin(async (transaction) => {
    await transaction.unsafe(
      `SET LOCAL statement_timeout = ${limitMs}; SET LOCAL idle_in_transaction_session_timeout = ${limitMs}; SET LOCAL standard_conforming_strings = on`,
    );
    await work(transaction);
  });
};
