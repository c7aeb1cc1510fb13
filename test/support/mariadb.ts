import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { freePort } from "./free-port.ts";
import { ADMIN } from "./postgres.ts";

/**
 * A real MariaDB (Debian's `mariadb-server-core`) for one test file: fresh system tables in a temporary folder, on a free
 * port, with checked passwords. It runs as `nobody` where the tests run as root.
 */

type Row = Readonly<Record<string, unknown>>;

export interface TestMariadb {
  readonly host: string;
  readonly port: number;
  /** What an operator writes into `connection_url`. */
  readonly url: string;
  /** As the superuser. */
  query(text: string, values?: readonly string[]): Promise<readonly Row[]>;
  /** Whether the user may log in. */
  logsIn(username: string, password: string): Promise<boolean>;
  /** A session of the user's; close it. */
  connect(username: string, password: string): Promise<Connection>;
  exists(username: string): Promise<boolean>;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

const DAEMON = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/usr/bin/mariadbd"].find((path) => existsSync(path));
const TABLES = ["/usr/share/mysql/mysql_", "/usr/share/mysql/mariadb_", "/usr/share/mariadb/mariadb_"].find((start) =>
  existsSync(`${start}system_tables.sql`),
);

export const hasMariadb = DAEMON !== undefined && TABLES !== undefined;

const OPTIONS = [
  "--no-defaults",
  "--innodb-log-file-size=4M",
  "--innodb-buffer-pool-size=16M",
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-flush-method=nosync",
  "--innodb-doublewrite=0",
  "--performance-schema=OFF",
  "--skip-log-bin",
  ...(process.getuid?.() === 0 ? ["--user=nobody"] : []),
];

const INIT = `
CREATE USER '${ADMIN.username}'@'%' IDENTIFIED BY '${ADMIN.password}';
GRANT ALL PRIVILEGES ON *.* TO '${ADMIN.username}'@'%' WITH GRANT OPTION;
CREATE DATABASE g_app;
CREATE TABLE g_app.things (id INT PRIMARY KEY, what VARCHAR(40));
INSERT INTO g_app.things VALUES (1, 'one');
DELETE FROM mysql.global_priv WHERE User = '';
FLUSH PRIVILEGES;
`;

/** Far faster than `mariadb-install-db`, which also fills in help texts. */
const systemTables = (): string =>
  [
    "create database mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n",
    readFileSync(`${TABLES}system_tables.sql`, "utf8"),
    readFileSync(`${TABLES}system_tables_data.sql`, "utf8").replace(/^.*@current_hostname.*$/gm, ""),
  ].join("");

const ended = (daemon: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) resolve();
    else daemon.once("exit", () => resolve());
  });

/** Many times what a server takes on an idle machine. */
const WAIT_MS = 120_000;

const login = (port: number, user: string, password: string): Promise<Connection> =>
  createConnection({ host: HOST, port, user, password, connectTimeout: WAIT_MS, disableEval: true });

/** The first login that works. Throws with the end of the server's log. */
const firstLogin = async (daemon: ChildProcess, port: number, log: string): Promise<Connection> => {
  for (const started = performance.now(); ; await sleep(20)) {
    try {
      return await login(port, ADMIN.username, ADMIN.password);
    } catch (cause) {
      if (daemon.exitCode === null && performance.now() - started < WAIT_MS) continue;
      throw new Error(`MariaDB did not start: ${(await readFile(log, "utf8")).slice(-500)}`, { cause });
    }
  }
};

/** Takes about two seconds. Stop it in `afterAll`. With a certificate it has TLS. */
export const startMariadb = async (tls?: { readonly cert: string; readonly key: string }): Promise<TestMariadb> => {
  if (DAEMON === undefined) throw new Error("there is no mariadbd on this machine");
  const folder = await mkdtemp(join(tmpdir(), "zeroth-mariadb-"));
  await chmod(folder, 0o755);
  const data = join(folder, "data");
  const own = join(folder, "own");
  for (const place of [data, own]) {
    await mkdir(place);
    await chmod(place, 0o777);
  }
  // A server that starts clears its temporary folder: it must be nobody else's.
  const options = [...OPTIONS, `--datadir=${data}`, `--tmpdir=${own}`];
  const made = spawnSync(DAEMON, [...options, "--bootstrap"], { input: systemTables(), timeout: WAIT_MS });
  if (made.status !== 0) throw new Error(`MariaDB has no system tables: ${made.stderr.toString().slice(-500)}`);
  await writeFile(join(folder, "init.sql"), INIT);
  if (tls) {
    await writeFile(join(folder, "cert.pem"), tls.cert);
    await writeFile(join(folder, "key.pem"), tls.key);
  }
  const port = await freePort(HOST);
  const log = join(own, "log");
  const daemon = spawn(
    DAEMON,
    [
      ...options,
      `--socket=${join(own, "socket")}`,
      `--pid-file=${join(own, "pid")}`,
      `--log-error=${log}`,
      `--init-file=${join(folder, "init.sql")}`,
      `--bind-address=${HOST}`,
      `--port=${port}`,
      "--skip-name-resolve",
      ...(tls ? [`--ssl-cert=${join(folder, "cert.pem")}`, `--ssl-key=${join(folder, "key.pem")}`] : []),
    ],
    { stdio: "ignore" },
  );
  // Where the test process is ended, no server stays behind.
  const kill = () => daemon.kill("SIGKILL");
  process.once("exit", kill);
  const admin = await firstLogin(daemon, port, log);
  const query = async (text: string, values: readonly string[] = []): Promise<readonly Row[]> => {
    const [rows] = await admin.query<RowDataPacket[]>(text, [...values]);
    return Array.isArray(rows) ? rows : [];
  };
  return {
    host: HOST,
    port,
    url: `{{username}}:{{password}}@tcp(${HOST}:${port})/`,
    query,
    connect: (username, password) => login(port, username, password),
    logsIn: async (username, password) => {
      try {
        const connection = await login(port, username, password);
        await connection.end();
        return true;
      } catch {
        return false;
      }
    },
    exists: async (username) => (await query("SELECT 1 FROM mysql.user WHERE User = ?", [username])).length > 0,
    stop: async () => {
      await admin.end();
      daemon.kill("SIGTERM");
      await ended(daemon);
      process.removeListener("exit", kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
