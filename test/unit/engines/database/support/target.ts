import { startMariadb } from "../../../../support/mariadb.ts";
import { MONGO_ADMIN, startMongo } from "../../../../support/mongodb.ts";
import { ADMIN, startPostgres } from "../../../../support/postgres.ts";
import { REDIS_ADMIN, startRedis } from "../../../../support/redis.ts";
import { CREATE } from "./database-server.ts";

/** A database of any kind, for tests that hold for all of them; real but for MongoDB's (`test/support/mongodb.ts`). */
export interface Target {
  readonly port: number;
  /** The body of `config/<name>`, with the user the engine connects as; to the server itself, or to another port. */
  config(port?: number): Readonly<Record<string, unknown>>;
  /** Of the body of a role: its statements. */
  readonly role: Readonly<Record<string, unknown>>;
  /** Users that leases made, and that still exist. */
  leased(): Promise<readonly string[]>;
  logsIn(username: string, password: string): Promise<boolean>;
  /** Makes a user who can do the engine's work, in the place of one that is there. */
  makeUser(username: string, password: string): Promise<void>;
  /** Gives a user something that a revocation has to take away first, where the database knows such a thing. */
  burden?(username: string): Promise<void>;
  stop(): Promise<void>;
}

export const postgresTarget = async (): Promise<Target> => {
  const pg = await startPostgres();
  return {
    port: pg.port,
    config: (port = pg.port) => ({
      plugin_name: "postgresql-database-plugin",
      connection_url: pg.url.replace(`:${pg.port}/`, `:${port}/`),
      ...ADMIN,
    }),
    role: { creation_statements: CREATE },
    leased: async () =>
      (await pg.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")).map((row) => String(row["rolname"])),
    logsIn: pg.logsIn,
    makeUser: async (username, password) => {
      await pg.query(`DROP ROLE IF EXISTS ${username}`);
      await pg.query(`CREATE ROLE ${username} SUPERUSER LOGIN PASSWORD '${password}'`);
    },
    burden: async (username) => {
      await pg.query(`GRANT pg_read_all_data TO "${username}"`);
    },
    stop: pg.stop,
  };
};

export const mariadbTarget = async (): Promise<Target> => {
  const mariadb = await startMariadb();
  return {
    port: mariadb.port,
    config: (port = mariadb.port) => ({
      plugin_name: "mysql-database-plugin",
      connection_url: mariadb.url.replace(`:${mariadb.port}`, `:${port}`),
      ...ADMIN,
    }),
    role: {
      creation_statements: `CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON g_app.* TO '{{name}}'@'%'`,
    },
    leased: async () =>
      (await mariadb.query("SELECT User AS name FROM mysql.user WHERE User LIKE 'v-%'")).map((row) =>
        String(row["name"]),
      ),
    logsIn: mariadb.logsIn,
    makeUser: async (username, password) => {
      await mariadb.query(`DROP USER IF EXISTS '${username}'@'%'`);
      await mariadb.query(`CREATE USER '${username}'@'%' IDENTIFIED BY '${password}'`);
      await mariadb.query(`GRANT ALL PRIVILEGES ON *.* TO '${username}'@'%' WITH GRANT OPTION`);
    },
    burden: async (username) => {
      await mariadb.query(`GRANT INSERT ON g_app.things TO '${username}'@'%'`);
    },
    stop: mariadb.stop,
  };
};

export const redisTarget = async (): Promise<Target> => {
  const redis = await startRedis();
  return {
    port: redis.port,
    config: (port = redis.port) => ({ plugin_name: "redis-database-plugin", host: redis.host, port, ...REDIS_ADMIN }),
    role: { creation_statements: '["~app:*", "+@read"]' },
    leased: async () => (await redis.users()).filter((name) => name.startsWith("V_")),
    logsIn: redis.logsIn,
    makeUser: async (username, password) => {
      await redis.call("ACL", "DELUSER", username);
      await redis.call("ACL", "SETUSER", username, "on", `>${password}`, "~*", "&*", "+@all");
    },
    stop: redis.stop,
  };
};

export const mongoTarget = async (): Promise<Target> => {
  const mongo = await startMongo();
  return {
    port: mongo.port,
    config: (port = mongo.port) => ({
      plugin_name: "mongodb-database-plugin",
      connection_url: mongo.url.replace(`:${mongo.port}/`, `:${port}/`),
      ...MONGO_ADMIN,
    }),
    role: { creation_statements: '{"db": "app", "roles": ["readWrite"]}' },
    leased: async () => [...mongo.users.values()].map(({ name }) => name).filter((name) => name.startsWith("v-")),
    logsIn: async (username, password) =>
      (await mongo.logsIn(username, password)) || (await mongo.logsIn(username, password, "app")),
    makeUser: async (username, password) => mongo.add(username, password),
    stop: mongo.stop,
  };
};
