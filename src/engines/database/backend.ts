import { type Backend, defineBackend, Keys, op, path } from "../../framework/index.ts";
import { createDial, createGuard, PUBLIC, type Reach } from "../../outgoing/index.ts";
import { systemRandom } from "../../std/random.ts";
import { systemClock } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { ConfigInput, ConfigShown, configAddress, findConfig, readConfig, showConfig, writeConfig } from "./configs.ts";
import { CredsOutput, issueCreds, renewCreds, revokeCreds } from "./creds.ts";
import { createDatabases, type Databases } from "./databases.ts";
import { forCaller } from "./failure.ts";
import { postgresqlConnector } from "./postgresql/connector.ts";
import { RoleInput, RoleOutput, readRole, roleAddress, showRole, staticRoleAddress, writeRole } from "./roles.ts";
import { rotateRoot } from "./rotate-root.ts";
import { readStaticRole, StaticRoleShown, showStaticRole } from "./static-role.ts";
import { StaticRoleInput, writeStaticRole } from "./static-roles.ts";
import { rotateDue, rotateRole, StaticCredsOutput, staticCreds } from "./static-rotation.ts";
import type { TemplateWorld } from "./template-functions.ts";

/**
 * Database credentials, the backend `database`: users made for one lease each, passwords of existing users changed
 * from time to time, and the password of the engine's own user. It trusts core to have checked the caller and to
 * revoke what it leased, and operators to have meant the SQL they wrote. It must never create a user that no lease
 * names, never show a password it was given, and never pass on what a database said. `README.md` has the paths.
 */

const NAME = { name: "Name, shaped as Vault's names; case matters." };

const remove = async (view: View, address: Address): Promise<undefined> => {
  await view.write([{ op: "delete", address, when: "any" }]);
  return undefined;
};

const listPath = (template: "config" | "roles" | "static-roles", prefix: string, summary: string) =>
  path(template, {
    summary,
    params: {},
    ops: {
      list: op({
        summary: "list their names",
        answers: Keys,
        handle: async (_, cx) => ({ data: { keys: [...(await cx.storage.list(prefix))] } }),
      }),
    },
  });

const configPath = (databases: Databases) => {
  const write = op<"config/{name}", ConfigInput, "nothing">({
    summary: "write or change a connection; it is tried out first",
    answers: "nothing",
    input: ConfigInput,
    handle: ({ params, input }, cx) => writeConfig(databases.connector, params.name, input, cx),
  });
  return path("config/{name}", {
    summary: "a connection to a database",
    params: NAME,
    exists: async ({ params }, cx) => (await cx.storage.get(configAddress(cx.storage, params.name))) !== undefined,
    ops: {
      update: write,
      read: op({
        summary: "read a connection, without its password",
        answers: ConfigShown,
        handle: async ({ params }, cx) => {
          const config = await readConfig(cx.storage, params.name);
          return config && { data: showConfig(await databases.connector(config.plugin_name), config) };
        },
      }),
      delete: op({
        summary: "forget a connection; leases made with it can no longer be revoked",
        answers: "nothing",
        handle: async ({ params }, cx) => {
          await databases.forget(cx, params.name);
          return remove(cx.storage, configAddress(cx.storage, params.name));
        },
      }),
    },
  });
};

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
            throw forCaller(cause, "error verifying connection: ");
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
        summary: "change the password; nobody is told the new one",
        answers: "nothing",
        handle: ({ params }, cx) => rotateRoot(databases, params.name, cx),
      }),
    },
  });

const rolePath = () => {
  const write = op<"roles/{name}", RoleInput, "nothing">({
    summary: "write or change a role; what is not named stays",
    answers: "nothing",
    input: RoleInput,
    handle: ({ params, input }, cx) => writeRole(params.name, input, cx),
  });
  return path("roles/{name}", {
    summary: "a role: how users are made and how long they live",
    params: NAME,
    exists: async ({ params }, cx) => (await readRole(cx.storage, params.name)) !== undefined,
    ops: {
      update: write,
      read: op({
        summary: "read a role",
        answers: RoleOutput,
        handle: async ({ params }, cx) => {
          const role = await readRole(cx.storage, params.name);
          return role && { data: showRole(role) };
        },
      }),
      delete: op({
        summary: "delete a role; its leases go on, and are revoked as it said when they were made",
        answers: "nothing",
        handle: ({ params }, cx) => remove(cx.storage, roleAddress(cx.storage, params.name)),
      }),
    },
  });
};

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

const staticRolePath = (databases: Databases) => {
  const write = op<"static-roles/{name}", StaticRoleInput, "nothing">({
    summary: "write or change a static role; a new one changes the user's password at once",
    answers: "nothing",
    input: StaticRoleInput,
    handle: ({ params, input }, cx) => writeStaticRole(databases, params.name, input, cx),
  });
  return path("static-roles/{name}", {
    summary: "a static role: a user that exists, and how often its password changes",
    params: NAME,
    exists: async ({ params }, cx) => (await readStaticRole(cx.storage, params.name)) !== undefined,
    ops: {
      update: write,
      read: op({
        summary: "read a static role",
        answers: StaticRoleShown,
        handle: async ({ params }, cx) => {
          const found = await readStaticRole(cx.storage, params.name);
          return found && { data: showStaticRole(found.role) };
        },
      }),
      delete: op({
        summary: "forget a static role; the user and its password stay as they are",
        answers: "nothing",
        handle: ({ params }, cx) => remove(cx.storage, staticRoleAddress(cx.storage, params.name)),
      }),
    },
  });
};

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
    summary: "the password of a static role, out of turn",
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
export const databaseParts = (reach: Reach = PUBLIC, world: TemplateWorld = SYSTEM): DatabaseParts => ({
  databases: createDatabases([postgresqlConnector({ ...world, dial: createDial(createGuard(reach)) })]),
});

/** The `database` secrets engine. */
export const databaseEngine = ({ databases }: DatabaseParts): Backend =>
  defineBackend({
    kind: "secret",
    type: "database",
    help: "Makes users of a database for one lease each, and changes the passwords of existing ones.",
    paths: [
      listPath("config", "config/", "the connections of this mount"),
      configPath(databases),
      resetPath(databases),
      rotateRootPath(databases),
      listPath("roles", "role/", "the roles of this mount"),
      rolePath(),
      credsPath(databases),
      listPath("static-roles", "static-role/", "the static roles of this mount"),
      staticRolePath(databases),
      staticCredsPath(databases),
      rotateRolePath(databases),
    ],
    leases: {
      creds: {
        renew: (lease, increment, cx) => renewCreds(databases, lease, increment, cx),
        revoke: (lease, cx) => revokeCreds(databases, lease, cx),
      },
    },
    tidy: (cx) => rotateDue(databases, cx),
  });
