import { z } from "zod";
import { type Backend, defineBackend, folded, op, path } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import { createFetch, createGuard, type Fetch, PUBLIC, type Reach } from "../../outgoing/index.ts";
import { uuid } from "../../std/random.ts";
import { seconds } from "../../std/time.ts";
import { changeBody } from "../../storage/change.ts";
import { Config, configShape, readConfig, writeConfig } from "./config.ts";
import { listPaths } from "./list-paths.ts";
import { refreshLists } from "./list-writes.ts";
import { login, loginPrefetch, loginShape, renewLogin, roleOf } from "./login.ts";
import { nextRole, roleWarnings } from "./role-rules.ts";
import { findRole, listRoles, RoleShown, removeRole, roleAddress, roleShape, showRole, storedRole } from "./roles.ts";

/**
 * Login by the certificate a client shows in TLS. Trusts the front door for that certificate and for the proof that the
 * client has its key, and operators for which authorities and names they trust. It must never believe a certificate
 * that came any other way, nor a name in one before the signatures up to a trusted authority are checked.
 */

/** How often lists of revoked certificates are looked at; each is fetched when it is an hour old. */
const REFRESH = seconds(300);

const loginPath = path("login", {
  summary: "login with a client certificate",
  params: {},
  ops: {
    update: op({
      summary: "log in with the certificate that was shown in TLS",
      answers: "login",
      access: "unauthenticated",
      input: z.object(loginShape),
      prefetch: ({ data }, storage) => loginPrefetch(data, storage),
      handle: async ({ input }, cx) => ({ auth: await login(input, cx) }),
    }),
  },
});

const configPath = path("config", {
  summary: "what holds for all roles of this mount",
  params: {},
  ops: {
    read: op({
      summary: "read the configuration",
      answers: Config,
      handle: async (_, cx) => ({ data: await readConfig(cx.storage) }),
    }),
    update: op({
      summary: "change the configuration; settings not given stay unchanged",
      answers: "nothing",
      input: z.object(configShape),
      handle: async ({ input }, cx): Promise<undefined> => {
        await writeConfig(cx.storage, input);
      },
    }),
  },
});

const rolePaths = recordPaths({
  at: "certs/{name}",
  params: { name: folded("case", "Name of the role; case does not matter.") },
  lists: ["certs"],
  summary: {
    all: "the roles of this mount, which Vault calls certificates",
    one: "a role: which certificates it takes, and what the tokens are like",
    list: "list roles",
    read: "read a role",
    write: "write a role; what is not named stays",
    delete: "delete a role; tokens live on to their end",
  },
  input: z.object(roleShape),
  answers: RoleShown,
  names: (cx) => listRoles(cx.storage),
  find: (name, cx) => findRole(cx.storage, name),
  show: showRole,
  write: async (name, input, cx) => {
    const fresh = uuid(cx.random);
    const role = await changeBody(cx.storage, roleAddress(cx.storage, name), storedRole, (before) =>
      nextRole(before, input, name, fresh),
    );
    return roleWarnings(role, cx.mount);
  },
  remove: (name, cx) => removeRole(cx.storage, name),
});

export interface CertParts {
  /** For lists of revoked certificates that are published somewhere. */
  readonly fetch: Fetch;
}

export const certParts = (reach: Reach = PUBLIC): CertParts => ({ fetch: createFetch(createGuard(reach)) });

/** The `cert` auth method. `parts`: how published lists are fetched; from public addresses alone unless given. */
export const certAuth = ({ fetch }: CertParts = certParts()): Backend =>
  defineBackend({
    kind: "auth",
    type: "cert",
    help: "Logs callers in with the certificate that they show in TLS.",
    paths: [loginPath, configPath, ...rolePaths, ...listPaths(fetch)],
    roleOf,
    renewLogin,
    periodic: { every: REFRESH, run: (cx, deadlineMs) => refreshLists(fetch, cx, deadlineMs) },
  });
