import type { Connector, ConnectorWorld, Database } from "../connector.ts";
import { DatabaseFailure } from "../failure.ts";
import { type Names, systemNames } from "./discovery.ts";
import { createPool, type Pool } from "./driver.ts";
import { type MongoSettings, readSettings, showDetails } from "./settings.ts";
import { ADMIN, creationOf, databaseIn } from "./statements.ts";
import { changePassword, createUser, deleteUser, placesOf, timeOf } from "./users.ts";

/**
 * MongoDB behind the database engine. It trusts the engine to have recorded the lease; it must never dial a host that
 * the guard did not check, though a server names it, and never let the server's words out.
 */

/** Shorter than the 29 seconds a gateway waits. */
const WORK_MS = 20_000;

const databaseOn = (pool: Pool, settings: MongoSettings, world: ConnectorWorld): Database => {
  const likely = [ADMIN, settings.authSource, settings.database].filter((db) => db !== "$external");
  const homeOf = (username: string): string =>
    username === settings.username ? settings.authSource : settings.database;
  return {
    usable: pool.usable,
    close: pool.close,
    ping: () =>
      pool.run(WORK_MS, async (server) => {
        await server.command(ADMIN, { ping: 1 });
      }),
    look: (username) =>
      pool.run(WORK_MS, async (server) => {
        const now = await timeOf(server);
        return { now, exists: (await placesOf(server, username, likely)).length > 0 };
      }),
    create: async ({ username, password, statements, notAfter }) => {
      const { db, roles } = creationOf(statements);
      await pool.run(WORK_MS, (server) =>
        createUser(server, { username, password, db, roles, notAfter, likely }, settings.writeConcern, world.random),
      );
    },
    // A user of MongoDB has no end of its own; there is nothing to move.
    renew: async () => undefined,
    revoke: async ({ username, statements }) => {
      const db = databaseIn(statements, "revocation");
      await pool.run(WORK_MS, (server) => deleteUser(server, username, db, likely));
    },
    changePassword: async ({ username, password, statements, notAfter }) => {
      const db = databaseIn(statements, "rotation") ?? homeOf(username);
      if (db === "$external") throw new DatabaseFailure("statement", "a user of $external has no password here");
      await pool.run(WORK_MS, (server) =>
        changePassword(server, { username, password, db, notAfter }, settings.writeConcern),
      );
    },
  };
};

/** `mongodb-database-plugin`. */
export const mongodbConnector = (world: ConnectorWorld, names: Names = systemNames()): Connector => ({
  plugin: "mongodb-database-plugin",
  verifying: "failed to verify connection: ",
  credentialTypes: ["password"],
  createsByDefault: false,
  settings: (details) => readSettings(details, world),
  shown: showDetails,
  open: async (details) => {
    const settings = readSettings(details, world);
    return databaseOn(createPool(settings, world.guard, names), settings, world);
  },
});
