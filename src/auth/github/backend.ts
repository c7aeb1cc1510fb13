import { z } from "zod";
import { type Backend, defineBackend, field, op, path } from "../../framework/index.ts";
import { ConfigShown, configAddress, configShape, findConfig, showConfig, writeConfig } from "./config.ts";
import { login, renewLogin } from "./login.ts";
import { mapPaths } from "./maps.ts";
import { githubParts, type Parts } from "./parts.ts";

/**
 * Login with a user's token of GitHub: members of one organization get the policies of their teams. Trusts GitHub, or
 * the GitHub Enterprise an operator named, over TLS, for who somebody is; believes nothing a caller says but the token.
 * It must never grant because a question to GitHub failed, nor let the token reach a log, an error or another host.
 */

const loginPath = (parts: Parts) =>
  path("login", {
    summary: "login with a token of GitHub",
    params: {},
    ops: {
      update: op({
        summary: "log in with a user's token of GitHub",
        answers: "login",
        access: "unauthenticated",
        input: z.object({
          token: field.text("Personal access token, classic or fine-grained, or an app's user token."),
        }),
        prefetch: (_, storage) => [configAddress(storage)],
        handle: ({ input }, cx) => login(parts, input.token, cx),
      }),
    },
  });

const configPath = (parts: Parts) =>
  path("config", {
    summary: "the organization, and what the tokens are like",
    params: {},
    exists: async (_, cx) => (await findConfig(cx.storage)) !== undefined,
    ops: {
      read: op({
        summary: "read the configuration",
        answers: ConfigShown,
        handle: async (_, cx) => {
          const config = await findConfig(cx.storage);
          return config && { data: showConfig(config) };
        },
      }),
      update: op({
        summary: "configure the organization; settings not given stay unchanged",
        answers: "nothing",
        input: z.object(configShape),
        handle: async ({ input }, cx) => {
          const warnings = await writeConfig(parts, input, cx);
          return warnings.length === 0 ? undefined : { warnings };
        },
      }),
    },
  });

export { githubParts };

/** The `github` auth method. `parts`: how GitHub is reached; public addresses alone unless given. */
export const githubAuth = (parts: Parts = githubParts()): Backend =>
  defineBackend({
    kind: "auth",
    type: "github",
    help: "Logs users in with their tokens of GitHub, as members of an organization and its teams.",
    paths: [loginPath(parts), configPath(parts), ...mapPaths],
    renewLogin: (renewal, cx) => renewLogin(parts, renewal, cx),
  });
