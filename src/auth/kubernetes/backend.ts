import { z } from "zod";
import { type Backend, defineBackend, field, folded, op, path } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import { ConfigShown, configAddress, configShape, findConfig, showConfig, writeConfig } from "./config.ts";
import { login, renewLogin, roleOf } from "./login.ts";
import { kubernetesParts, type Parts } from "./parts.ts";
import {
  findRole,
  listRoles,
  namedRoleAddress,
  RoleShown,
  removeRole,
  roleShape,
  showRole,
  writeRole,
} from "./roles.ts";

/**
 * Login for pods, with the token of their service account, which the cluster itself reviews. Trusts the cluster at the
 * configured host, over TLS with the configured authorities, for whether a token is good and whose it is; believes
 * nothing a token says that the cluster did not confirm. It must never grant because a question to the cluster failed.
 */

const loginPath = (parts: Parts) =>
  path("login", {
    summary: "login with the token of a service account",
    params: {},
    ops: {
      update: op({
        summary: "log in with the token of a service account",
        answers: "login",
        access: "unauthenticated",
        input: z.object({
          role: field.text("Name of the role, in any case."),
          jwt: field.text("The service account's token."),
        }),
        prefetch: ({ data }, storage) => [configAddress(storage), ...namedRoleAddress(storage, data["role"])],
        handle: async ({ input }, cx) => ({ auth: await login(parts, input, cx) }),
      }),
    },
  });

const configPath = (parts: Parts) =>
  path("config", {
    summary: "the cluster and how it is asked",
    params: {},
    ops: {
      read: op({
        summary: "read the configuration, without the reviewer's token",
        answers: ConfigShown,
        handle: async (_, cx) => {
          const config = await findConfig(cx.storage);
          return config && { data: showConfig(config) };
        },
      }),
      update: op({
        summary: "configure the cluster; settings not given return to their defaults",
        answers: "nothing",
        input: z.object(configShape),
        handle: async ({ input }, cx) => {
          const warnings = await writeConfig(parts, cx.storage, input);
          return warnings.length === 0 ? undefined : { warnings };
        },
      }),
    },
  });

const rolePaths = recordPaths({
  at: "role/{name}",
  params: { name: folded("case", "Name of the role; case does not matter.") },
  lists: ["role"],
  summary: {
    all: "the roles of this mount",
    one: "a role: which service accounts may log in, and what they get",
    list: "list roles",
    read: "read a role",
    write: "write a role; what is not named stays, but for the namespace selector",
    delete: "delete a role; tokens live on to their end",
  },
  input: z.object(roleShape),
  answers: RoleShown,
  names: (cx) => listRoles(cx.storage),
  find: (name, cx) => findRole(cx.storage, name),
  show: showRole,
  write: (name, input, cx) => writeRole(cx.storage, name, input, cx.mount.maxTtl),
  remove: (name, cx) => removeRole(cx.storage, name),
});

export { kubernetesParts };

/** The `kubernetes` auth method. `parts`: how clusters are reached; public addresses alone unless given. */
export const kubernetesAuth = (parts: Parts = kubernetesParts()): Backend =>
  defineBackend({
    kind: "auth",
    type: "kubernetes",
    help: "Logs pods in with the tokens of their service accounts, which the cluster reviews.",
    paths: [loginPath(parts), configPath(parts), ...rolePaths],
    roleOf,
    renewLogin,
  });
