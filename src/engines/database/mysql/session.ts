import type { Socket } from "node:net";
import type { Connection, ConnectionOptions, RowDataPacket } from "mysql2";
import type { Dial } from "../../../outgoing/index.ts";
import type { Clock } from "../../../std/time.ts";
import { DatabaseFailure } from "../failure.ts";
import type { LoginToken } from "../sql/iam.ts";
import { dialGreeted } from "./dial.ts";
import { failureOf } from "./errors.ts";
import type { MysqlSettings } from "./settings.ts";

/**
 * One connection of mysql2's, loaded when first needed, behind two calls. Every session is held to a `sql_mode` and a
 * character set in which the quoting of `sql-text.ts` is right, and the server ends it when its client falls silent: a
 * process that sleeps cannot come back and finish what it began.
 */

type Row = Readonly<Record<string, unknown>>;

export interface Session {
  /** A statement of our own; the server binds its values. */
  ask(text: string, values: readonly string[]): Promise<readonly Row[]>;
  /** One statement as it stands. */
  run(text: string): Promise<readonly Row[]>;
  /** When it was made and last used, epoch milliseconds. */
  readonly born: number;
  used: number;
  alive(): boolean;
  /** As a new session: nothing that was set, locked or begun is left. */
  renew(): Promise<void>;
  /** Takes leave of the server, which may take it a moment. */
  close(): void;
  /** Drops the connection, whatever goes on there. */
  cut(): void;
}

/** Longest silence of a client, and longest wait for a lock; far less than the two minutes of a pending lease. */
const SETTINGS = `
  SET NAMES utf8mb4,
    @@SESSION.sql_mode = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(@@SESSION.sql_mode,
      'NO_BACKSLASH_ESCAPES', ''), 'ANSI_QUOTES', ''), 'ANSI', ''), 'ORACLE', ''), 'MSSQL', ''), 'DB2', ''),
      'MAXDB', ''), 'POSTGRESQL', ''),
    @@SESSION.autocommit = 1,
    @@SESSION.wait_timeout = 20,
    @@SESSION.lock_wait_timeout = 20,
    @@SESSION.innodb_lock_wait_timeout = 20`;

const GUARD = `
  SELECT @@SESSION.sql_mode AS mode, @@SESSION.character_set_client AS charset,
    TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6)) DIV 1000 AS now`;

const CLOSE_MS = 2000;

/** The database's clock, epoch milliseconds. Throws where a statement changed how text is read. */
export const guarded = async (session: Session): Promise<number> => {
  const [row] = await session.run(GUARD);
  if (row?.["charset"] !== "utf8mb4" || /NO_BACKSLASH_ESCAPES|ANSI_QUOTES|ORACLE/.test(String(row["mode"])))
    throw new DatabaseFailure("statement", "a statement changed sql_mode or the character set");
  return Number(row["now"]);
};

/** What a session needs of the outside. */
export interface SessionWorld {
  readonly dial: Dial;
  readonly clock: Clock;
  readonly token: LoginToken;
}

const optionsOf = async (
  settings: MysqlSettings,
  { dial, token }: SessionWorld,
): Promise<ConnectionOptions & { stream: Socket }> => {
  const { target, tls, connectSeconds } = settings;
  const password = settings.iam ? await token(settings.iam) : target.password;
  const { socket, hasTls } = await dialGreeted(settings, dial);
  const encrypted = tls !== false && hasTls;
  const name = encrypted ? tls.name : target.host.name;
  // The name a certificate is held to: the driver gives none for an address, and Node would take `localhost`.
  Object.assign(socket, { _host: name });
  socket.setNoDelay(true);
  return {
    stream: socket,
    host: name,
    port: target.host.port,
    user: settings.iam?.username ?? target.username,
    password,
    connectTimeout: connectSeconds * 1000,
    charset: "utf8mb4_general_ci",
    // A server may not ask for files of this machine.
    flags: ["-LOCAL_FILES"],
    multipleStatements: false,
    disableEval: true,
    timezone: "Z",
    // A token is sent as it is; the settings made sure that the certificate is checked.
    enableCleartextPlugin: encrypted && (target.parameters.cleartext || settings.iam !== undefined),
    connectAttributes: { program_name: "vault" },
    ...(target.database === "" ? {} : { database: target.database }),
    ...(encrypted
      ? {
          // An object of its own for each connection: no TLS session of another is taken up.
          ssl: {
            rejectUnauthorized: tls.check !== "nothing",
            verifyIdentity: tls.check === "chain and name",
            ...(tls.ca === "" ? {} : { ca: tls.ca }),
            ...(tls.certificateKey === "" ? {} : { cert: tls.certificateKey, key: tls.certificateKey }),
          },
        }
      : {}),
  };
};

const established = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    // The listener stays: a connection that is given up may still report an error.
    connection.on("error", reject);
    connection.once("connect", () => resolve());
  });

/** Connects, logs in and sets the session up. Throws `DatabaseFailure`. */
export const openSession = async (settings: MysqlSettings, world: SessionWorld): Promise<Session> => {
  const { clock } = world;
  const { createConnection } = await import("mysql2");
  let connection: Connection;
  let socket: Socket | undefined;
  try {
    const made = await optionsOf(settings, world);
    connection = createConnection(made);
    // Only now is there somebody who listens.
    socket = made.stream.resume();
    await established(connection);
  } catch (cause) {
    socket?.destroy();
    throw failureOf(cause, "login");
  }
  let alive = true;
  // The driver's own way ends the sending side only, and waits for the other.
  const cut = (): void => {
    alive = false;
    socket?.destroy();
  };
  const dead = (): void => {
    alive = false;
  };
  connection.on("error", dead).on("end", dead);
  const calls = connection.promise();
  const run = async (text: string): Promise<readonly Row[]> => {
    const [rows] = await calls.query<RowDataPacket[]>(text);
    return Array.isArray(rows) ? rows : [];
  };
  const session: Session = {
    run,
    ask: async (text, values) => {
      const [rows] = await calls.execute<RowDataPacket[]>(text, [...values]);
      return rows;
    },
    born: clock.now(),
    used: clock.now(),
    alive: () => alive,
    renew: async () => {
      await new Promise<void>((resolve, reject) => {
        connection.reset((cause) => (cause ? reject(cause) : resolve()));
      });
      await run(SETTINGS);
    },
    cut,
    close: () => {
      if (!alive) return cut();
      alive = false;
      setTimeout(cut, CLOSE_MS).unref();
      connection.end(cut);
    },
  };
  try {
    await run(SETTINGS);
    await guarded(session);
    return session;
  } catch (cause) {
    cut();
    throw failureOf(cause);
  }
};
