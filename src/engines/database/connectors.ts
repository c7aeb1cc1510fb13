import { once } from "../../std/once.ts";
import { shown } from "../../std/shown.ts";
import type { Connector, ConnectorWorld, FindConnector } from "./connector.ts";
import { SettingsError } from "./failure.ts";
import type { MysqlPlugin } from "./mysql/connector.ts";

/**
 * The built-in connectors by plugin name. Each is loaded, with its driver, when a connection first names it: a function
 * that talks to one kind of database loads no other driver.
 */

export type Connectors = Readonly<Record<string, () => Promise<Connector>>>;

const mysql = async (plugin: MysqlPlugin, world: ConnectorWorld): Promise<Connector> =>
  (await import("./mysql/connector.ts")).mysqlConnector(plugin, world);

export const builtInConnectors = (world: ConnectorWorld): Connectors => ({
  "mongodb-database-plugin": async () => (await import("./mongodb/connector.ts")).mongodbConnector(world),
  "mysql-aurora-database-plugin": () => mysql("mysql-aurora-database-plugin", world),
  "mysql-database-plugin": () => mysql("mysql-database-plugin", world),
  "mysql-legacy-database-plugin": () => mysql("mysql-legacy-database-plugin", world),
  "mysql-rds-database-plugin": () => mysql("mysql-rds-database-plugin", world),
  "postgresql-database-plugin": async () => (await import("./postgresql/connector.ts")).postgresqlConnector(world),
  "redis-database-plugin": async () => (await import("./redis/connector.ts")).redisConnector(world),
});

/** Loads each connector once. */
export const finderOf = (connectors: Connectors): FindConnector => {
  const byName = new Map(Object.entries(connectors).map(([plugin, load]) => [plugin, once(load)]));
  return async (plugin) => {
    const connector = byName.get(plugin);
    if (!connector) throw new SettingsError(`unable to find the database plugin ${shown(plugin)}`);
    return connector();
  };
};
