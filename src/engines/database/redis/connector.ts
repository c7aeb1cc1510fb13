import { randomText } from "../../../std/random.ts";
import type { Connector, ConnectorWorld, Database } from "../connector.ts";
import { DatabaseFailure } from "../failure.ts";
import { rulesOf } from "./rules.ts";
import { createPool, type Pool } from "./session.ts";
import { type RedisSettings, readSettings, showDetails } from "./settings.ts";
import { changePassword, createUser, deleteUser, timeOf, userExists } from "./users.ts";

/**
 * Redis, and Valkey, behind the database engine: users are entries of the server's access control list. It trusts the
 * engine to have recorded the lease; it must never send a rule that `rules.ts` did not let through, never a password
 * in the clear but its own, and never let the server's words out.
 */

/** Shorter than the 29 seconds a gateway waits. */
const WORK_MS = 10_000;

const databaseOn = (pool: Pool, { save }: RedisSettings, world: ConnectorWorld): Database => {
  const mark = (): string => randomText(world.random, 20);
  return {
    // Every piece of work opens a connection where it needs one.
    usable: () => true,
    close: pool.close,
    ping: () =>
      pool.run(WORK_MS, async (session) => {
        await timeOf(session);
      }),
    look: (username) =>
      pool.run(WORK_MS, async (session) => {
        const [now, exists] = await Promise.all([timeOf(session), userExists(session, username)]);
        return { now, exists };
      }),
    create: async ({ username, password, statements, notAfter }) => {
      const rules = rulesOf(statements);
      await pool.run(WORK_MS, (session) =>
        createUser(session, { username, password, rules, mark: mark(), notAfter }, save),
      );
    },
    // A user of Redis has no end of its own; there is nothing to move.
    renew: ({ username }) =>
      pool.run(WORK_MS, async (session) => {
        if (!(await userExists(session, username))) throw new DatabaseFailure("statement", "no such user");
      }),
    revoke: ({ username }) => pool.run(WORK_MS, (session) => deleteUser(session, username, save)),
    changePassword: ({ username, password, notAfter }) =>
      pool.run(WORK_MS, (session) => changePassword(session, { username, password, mark: mark(), notAfter }, save)),
  };
};

/** `redis-database-plugin`. */
export const redisConnector = (world: ConnectorWorld): Connector => ({
  plugin: "redis-database-plugin",
  verifying: "error verifying connection: ",
  credentialTypes: ["password"],
  createsByDefault: true,
  settings: (details) => readSettings(details, world),
  shown: showDetails,
  open: async (details) => {
    const settings = readSettings(details, world);
    return databaseOn(createPool(settings, world.dial, world.clock), settings, world);
  },
});
