import type { RandomSource } from "../../../std/random.ts";
import { randomText } from "../../../std/random.ts";
import { DatabaseFailure } from "../failure.ts";
import type { Command, Server } from "./driver.ts";
import { failureOf, isNoSuchUser, isUnable } from "./errors.ts";
import type { WriteConcern } from "./settings.ts";
import { ADMIN, type Role } from "./statements.ts";

/**
 * Users of a MongoDB server. A user is made in three steps, so that a process that was held up leaves nothing that can
 * log in: first without roles and with a password nobody is told; then, if the server's clock says it is not too late,
 * the roles; last the password. A revocation in between removes the user, and the later steps find nobody to change.
 * Source: MongoDB documentation, "User Management Commands".
 */

const failed = (text: string): never => {
  throw new DatabaseFailure("statement", text);
};

/** `writeConcern` as part of a command. */
const concern = (wanted: WriteConcern): Command => ({ writeConcern: { ...wanted } });

/** The server's clock, in epoch milliseconds. */
export const timeOf = async (server: Server): Promise<number> => {
  const { localTime } = await server.command(ADMIN, { hello: 1 });
  return localTime instanceof Date ? localTime.getTime() : Number.NaN;
};

const usersIn = ({ users }: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(users) ? users : [];

/** As a document of the server's: where it keeps the user. `undefined`: it cannot be asked about all databases. */
const everywhere = async (server: Server, username: string): Promise<readonly string[] | undefined> => {
  try {
    const command = { usersInfo: { forAllDBs: true }, filter: { user: username } };
    return usersIn(await server.command(ADMIN, command)).map(({ db }) => String(db));
  } catch (cause) {
    if (isUnable(cause)) return undefined;
    throw cause;
  }
};

/**
 * The databases that keep a user of this name. Where the server, or the connection's user, cannot be asked about all of
 * them, `likely` are asked one by one.
 */
export const placesOf = async (
  server: Server,
  username: string,
  likely: readonly string[],
): Promise<readonly string[]> => {
  const all = await everywhere(server, username);
  if (all) return all;
  const found: string[] = [];
  for (const db of new Set(likely)) {
    if (usersIn(await server.command(db, { usersInfo: { user: username, db } })).length > 0) found.push(db);
  }
  return found;
};

/** Whether `placesOf` would find a user of `db`: one that could not be found could not be revoked. */
const canFind = async (server: Server, username: string, db: string, likely: readonly string[]): Promise<boolean> =>
  likely.includes(db) || (await everywhere(server, username)) !== undefined;

const LATE = "the request was held up for too long";

/** Written so that a clock that cannot be read counts as too late. */
const checkTime = async (server: Server, notAfter: number): Promise<void> => {
  if (!((await timeOf(server)) <= notAfter)) return failed(LATE);
};

const drop = async (server: Server, db: string, username: string): Promise<void> => {
  try {
    // As Vault's plugin: a user counts as gone when most members know.
    await server.command(db, { dropUser: username, ...concern({ w: "majority" }) });
  } catch (cause) {
    if (!isNoSuchUser(cause)) throw cause;
  }
};

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly db: string;
  readonly roles: readonly Role[];
  readonly notAfter: number;
  /** Databases where users are looked for when not all can be. */
  readonly likely: readonly string[];
}

const rolesOf = (roles: readonly Role[]): Command => ({
  roles: roles.map((role) => (typeof role === "string" ? role : { ...role })),
});

export const createUser = async (
  server: Server,
  { username, password, db, roles, notAfter, likely }: NewUser,
  wanted: WriteConcern,
  random: RandomSource,
): Promise<void> => {
  if (!(await canFind(server, username, db, likely)))
    return failed("the connection's user cannot list the users of all databases; name this one in connection_url");
  const sure = concern(wanted);
  await server.command(db, { createUser: username, pwd: randomText(random, 32), roles: [], ...sure });
  try {
    await checkTime(server, notAfter);
    await server.command(db, { grantRolesToUser: username, ...rolesOf(roles), ...sure });
    await server.command(db, { updateUser: username, pwd: password, ...sure });
  } catch (cause) {
    const failure = failureOf(cause, "unknown");
    // Where the connection broke, the lease's revocation removes the user.
    if (failure.kind !== "statement") throw failure;
    await drop(server, db, username).catch(() => {
      throw new DatabaseFailure("unknown", failure.message);
    });
    throw failure;
  }
};

export const changePassword = async (
  server: Server,
  { username, password, db, notAfter }: Omit<NewUser, "roles" | "likely">,
  wanted: WriteConcern,
): Promise<void> => {
  await checkTime(server, notAfter);
  await server.command(db, { updateUser: username, pwd: password, ...concern(wanted) });
};

/**
 * Ends a user in `db`, or wherever one of this name is found, and confirms that it is gone. The server takes a user's
 * rights from its open connections with their next command.
 */
export const deleteUser = async (
  server: Server,
  username: string,
  db: string | undefined,
  likely: readonly string[],
): Promise<void> => {
  const places = db === undefined ? await placesOf(server, username, likely) : [db];
  for (const place of places) await drop(server, place, username);
  const left = await placesOf(server, username, [...likely, ...places]);
  if (left.length > 0) return failed("the user still exists after it was dropped");
};
