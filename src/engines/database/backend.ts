import { type Backend, defineBackend, op, path } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import type { TemplateWorld } from "../../go-template/name-functions.ts";
import { createDial, createGuard, PUBLIC, type Reach } from "../../outgoing/index.ts";
import { systemRandom } from "../../std/random.ts";
import { seconds, systemClock } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { ConfigInput, ConfigShown, configAddress, findConfig, readConfig, showConfig, writeConfig } from "./configs.ts";
import { builtInConnectors, finderOf } from "./connectors.ts";
import { CredsOutput, connectionOf, issueCreds, renewCreds, revokeCreds } from "./creds.ts";
import { createDatabases, type Databases } from "./databases.ts";
import { forCaller } from "./failure.ts";
import { RoleInput, RoleOutput, readRole, roleAddress, showRole, staticRoleAddress, writeRole } from "./roles.ts";
import { rotateRoot } from "./rotate-root.ts";
import { readStaticRole, StaticRoleShown, showStaticRole } from "./static-role.ts";
import { StaticRoleInput, writeStaticRole } from "./static-roles.ts";
import { rotateDue, rotateRole, StaticCredsOutput, staticCreds } from "./static-rotation.ts";

/**
 * Database credentials, the backend `database`: users made for one lease each, passwords of existing users changed
 * from time to time, and the password of the engine's own user. It trusts core to have checked the caller and to
 * revoke what it leased, and operators to have meant the SQL they wrote. It must never create a user that no lease
 * names, never show a password it was given, and never pass on what a database said. `README.md` has the paths.
 */

const NAME = { name: "Name, shaped as Vault's names; case matters." };

const remove = (view: View, address: Address): Promise<void> => view.write([{ op: "delete", address, when: "any" }]);

const configPaths = (databases: Databases) =>
  recordPaths({
    at: "config/{name}",
    params: NAME,
    lists: ["config"],
    summary: {
      all: "the connections of this mount",
      one: "a connection to a database",
      list: "list the connections",
      read: "read a connection, without its password",
      write: "write or change a connection; it is tried out first",
      delete: "forget a connection; leases made with it can no longer be revoked",
    },
    input: ConfigInput,
    answers: ConfigShown,
    names: (cx) => cx.storage.list("config/"),
    find: (name, cx) => readConfig(cx.storage, name),
    show: async (config) => showConfig(await databases.connector(config.plugin_name), config),
    write: (name, input, cx) => writeConfig(databases.connector, name, input, cx),
    remove: async (name, cx) => {
      await databases.forget(cx, name);
      await remove(cx.storage, configAddress(cx.storage, name));
    },
  });

const resetPath = (databases: Databases) =>
  path("reset/{name}", {
    summary: "the pool of a connection",
    params: NAME,
    ops: {
      update: op({
        summary: "close the connection and open it again",
        answers: "nothing",
        handle: async ({ params }, cx): Promise<undefined> => {
          const config = await findConfig(cx.storage, params.name);
          await databases.forget(cx, params.name);
          try {
            await databases.use(cx, config, (database) => database.ping());
          } catch (cause) {
            const { verifying } = await databases.connector(config.plugin_name);
            throw forCaller(cause, verifying);
          }
        },
      }),
    },
  });

const rotateRootPath = (databases: Databases) =>
  path("rotate-root/{name}", {
    summary: "the password of the connection's own user",
    params: NAME,
    ops: {
      update: op({
        summary: "change the password; the new one is never shown",
        answers: "nothing",
        handle: ({ params }, cx) => rotateRoot(databases, params.name, cx),
      }),
    },
  });

const rolePaths = recordPaths({
  at: "roles/{name}",
  params: NAME,
  lists: ["roles"],
  summary: {
    all: "the roles of this mount",
    one: "a role: how users are made and how long they live",
    list: "list the roles",
    read: "read a role",
    write: "write or change a role; what is not named stays",
    delete: "delete a role; its leases go on, and are revoked as it said when they were made",
  },
  input: RoleInput,
  answers: RoleOutput,
  names: (cx) => cx.storage.list("role/"),
  find: (name, cx) => readRole(cx.storage, name),
  show: showRole,
  write: (name, input, cx) => writeRole(name, input, cx),
  remove: (name, cx) => remove(cx.storage, roleAddress(cx.storage, name)),
});

const credsPath = (databases: Databases) =>
  path("creds/{name}", {
    summary: "credentials of a role",
    params: NAME,
    ops: {
      read: op({
        summary: "create a user for one lease",
        answers: CredsOutput,
        prefetch: ({ params }, storage) => [roleAddress(storage, params.name)],
        handle: ({ params }, cx) => issueCreds(databases, params.name, cx),
      }),
    },
  });

const staticRolePaths = (databases: Databases) =>
  recordPaths({
    at: "static-roles/{name}",
    params: NAME,
    lists: ["static-roles"],
    summary: {
      all: "the static roles of this mount",
      one: "a static role: a user that exists, and how often its password changes",
      list: "list the static roles",
      read: "read a static role",
      write: "write or change a static role; a new one changes the user's password at once",
      delete: "forget a static role; the user and its password stay as they are",
    },
    input: StaticRoleInput,
    answers: StaticRoleShown,
    names: (cx) => cx.storage.list("static-role/"),
    find: async (name, cx) => (await readStaticRole(cx.storage, name))?.role,
    show: showStaticRole,
    write: (name, input, cx) => writeStaticRole(databases, name, input, cx),
    remove: (name, cx) => remove(cx.storage, staticRoleAddress(cx.storage, name)),
  });

const staticCredsPath = (databases: Databases) =>
  path("static-creds/{name}", {
    summary: "the password of a static role",
    params: NAME,
    ops: {
      read: op({
        summary: "read the password, and when it changes",
        answers: StaticCredsOutput,
        prefetch: ({ params }, storage) => [staticRoleAddress(storage, params.name)],
        handle: ({ params }, cx) => staticCreds(databases, params.name, cx),
      }),
    },
  });

const rotateRolePath = (databases: Databases) =>
  path("rotate-role/{name}", {
    summary: "the password of a static role, ahead of schedule",
    params: NAME,
    ops: {
      update: op({
        summary: "change the password now",
        answers: "nothing",
        handle: ({ params }, cx) => rotateRole(databases, params.name, cx),
      }),
    },
  });

const SYSTEM: TemplateWorld = { clock: systemClock, random: systemRandom };

export interface DatabaseParts {
  readonly databases: Databases;
}

/**
 * The real thing: every built-in connector, dialling what `reach` lets it. Close `databases` when the process ends.
 */
export const databaseParts = (reach: Reach = PUBLIC, world: TemplateWorld = SYSTEM): DatabaseParts => {
  const guard = createGuard(reach);
  return { databases: createDatabases(finderOf(builtInConnectors({ ...world, dial: createDial(guard), guard }))) };
};

/** Static passwords are looked at this often: the shortest period a role may have. */
const ROTATIONS = seconds(5);

/** The `database` secrets engine. */
export const databaseEngine = ({ databases }: DatabaseParts): Backend =>
  defineBackend({
    kind: "secret",
    type: "database",
    help: "Makes users of a database for one lease each, and changes the passwords of existing ones.",
    paths: [
      ...configPaths(databases),
      resetPath(databases),
      rotateRootPath(databases),
      ...rolePaths,
      credsPath(databases),
      ...staticRolePaths(databases),
      staticCredsPath(databases),
      rotateRolePath(databases),
    ],
    leases: {
      creds: {
        renew: (lease, increment, cx) => renewCreds(databases, lease, increment, cx),
        revoke: (lease, cx) => revokeCreds(databases, lease, cx),
        target: connectionOf,
      },
    },
    signals: { "static-rotation-failed": "a static password was not changed when it was due; it is tried again" },
    periodic: { every: ROTATIONS, run: (cx, deadlineMs) => rotateDue(databases, cx, deadlineMs) },
  });
