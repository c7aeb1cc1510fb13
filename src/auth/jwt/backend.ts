import { z } from "zod";
import { type Backend, defineBackend, op, path } from "../../framework/index.ts";
import { ConfigShown, configAddress, configShape, findConfig, showConfig } from "./config.ts";
import { writeConfig } from "./config-write.ts";
import { login, loginPrefetch, loginShape, renewLogin, roleOf } from "./login.ts";
import { oidcPaths } from "./oidc/paths.ts";
import { jwtParts, type Parts } from "./parts.ts";
import { rolePaths } from "./roles.ts";

/**
 * Login with signed tokens of other issuers (JSON Web Tokens), and with a browser at an OpenID provider. Trusts the keys
 * and providers that operators name, and of a token what its signature covers. It must never grant because a provider
 * did not answer, take a token for another audience, or show a client's secret again.
 */

const loginPath = (parts: Parts) =>
  path("login", {
    summary: "login with a signed token",
    params: {},
    ops: {
      update: op({
        summary: "log in with a signed token (JWT)",
        answers: "login",
        access: "unauthenticated",
        input: z.object(loginShape),
        prefetch: ({ data }, storage) => loginPrefetch(data, storage),
        handle: async ({ input }, cx) => ({ auth: await login(parts, input, cx) }),
      }),
    },
  });

const configPath = (parts: Parts) =>
  path("config", {
    summary: "where keys come from, and the provider of logins with a browser",
    params: {},
    ops: {
      read: op({
        summary: "read the configuration, without the client's secret",
        answers: ConfigShown,
        prefetch: (_, storage) => [configAddress(storage)],
        handle: async (_, cx) => {
          const standing = await findConfig(cx.storage);
          return standing && { data: showConfig(standing.config) };
        },
      }),
      update: op({
        summary: "replace the configuration; its sources of keys are tried first",
        answers: "nothing",
        input: z.object(configShape),
        handle: async ({ input }, cx): Promise<undefined> => {
          await writeConfig(parts, input, cx);
        },
      }),
    },
  });

export { jwtParts };

/** The `jwt` and `oidc` auth methods: one backend under two names. */
export const jwtAuth = (type: "jwt" | "oidc", parts: Parts = jwtParts()): Backend =>
  defineBackend({
    kind: "auth",
    type,
    help: "Logs in with signed tokens of other issuers (JWT), or with a browser at an OpenID provider.",
    paths: [loginPath(parts), configPath(parts), ...rolePaths, ...oidcPaths(parts)],
    roleOf,
    renewLogin,
  });
