import { ADMIN, type TestPostgres } from "../../../../support/postgres.ts";
import { type EngineOptions, type EngineServer, makeEngineServer } from "./engine-server.ts";

/** The whole product with a database engine mounted at `db/` and the connection `pg` to a real PostgreSQL. */
export type DatabaseServer = EngineServer;

export const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;

export const makeDatabaseServer = async (
  postgres: Pick<TestPostgres, "url">,
  options: EngineOptions & { readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<DatabaseServer> => {
  const server = await makeEngineServer(options);
  await server.post("db/config/pg", {
    plugin_name: "postgresql-database-plugin",
    connection_url: postgres.url,
    ...ADMIN,
    allowed_roles: "*",
    ...options.config,
  });
  await server.post("db/roles/app", { db_name: "pg", creation_statements: CREATE, default_ttl: "10m", max_ttl: "1h" });
  return server;
};
