import { builtInRows } from "../../../../../src/catalog.ts";
import { databaseParts } from "../../../../../src/engines/database/backend.ts";
import type { CrashPoint } from "../../../../../src/framework/index.ts";
import { NEARBY, type Reach } from "../../../../../src/outgoing/index.ts";
import { type Answered, makeServer, type TestServer } from "../../../../support/make-server.ts";
import { ADMIN, type TestPostgres } from "../../../../support/postgres.ts";

/** The whole product with a database engine mounted at `db/` and the connection `pg` to a real PostgreSQL. */
export interface DatabaseServer extends TestServer {
  /** POST, held to its status. */
  post(path: string, body?: unknown, status?: number): Promise<Answered>;
  /** Issues credentials of a role. */
  creds(role: string): Promise<{ readonly username: string; readonly password: string; readonly lease: string }>;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const makeDatabaseServer = async (
  postgres: Pick<TestPostgres, "url">,
  options: {
    readonly crash?: CrashPoint;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly reach?: Reach;
  } = {},
): Promise<DatabaseServer> => {
  const parts = databaseParts(options.reach ?? NEARBY);
  const server = await makeServer({
    rows: builtInRows({ aws: () => Promise.reject(new Error("there is no AWS here")), database: () => parts }),
    ...(options.crash ? { crash: options.crash } : {}),
  });
  const post = async (path: string, body: unknown = {}, status = 204): Promise<Answered> => {
    const answered = await server.call("POST", path, { body });
    if (answered.status !== status) throw new Error(`POST ${path}: ${answered.status} ${answered.text}`);
    return answered;
  };
  await post("sys/mounts/db", { type: "database" });
  await post("db/config/pg", {
    plugin_name: "postgresql-database-plugin",
    connection_url: postgres.url,
    ...ADMIN,
    allowed_roles: "*",
    ...options.config,
  });
  await post("db/roles/app", { db_name: "pg", creation_statements: CREATE, default_ttl: "10m", max_ttl: "1h" });
  // From here on the sweeper knows where it was.
  await server.core.leases.sweep(server.clock.now() + 60_000);
  return {
    ...server,
    post,
    creds: async (role) => {
      const answered = await server.call("GET", `db/creds/${role}`);
      if (answered.status !== 200) throw new Error(`creds: ${answered.status} ${answered.text}`);
      const { username, password } = answered.data;
      return { username: text(username), password: text(password), lease: text(answered.body["lease_id"]) };
    },
    sweep: async () => {
      await server.core.leases.sweep(server.clock.now() + 60_000);
    },
    close: async () => {
      await parts.databases.close();
      await server.dynamo.close();
    },
  };
};
