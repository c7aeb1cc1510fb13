import { z } from "zod";
import { type Backend, defineBackend, op, path, TIDY_STARTED } from "../../framework/index.ts";
import { seconds } from "../../std/time.ts";
import { lockoutName, login, loginPrefetch, loginShape, renewLogin, roleOf } from "./login.ts";
import { roleFieldPaths } from "./role-field-paths.ts";
import { rolePaths } from "./role-paths.ts";
import { secretIdPaths } from "./secret-id-paths.ts";
import { tidySecretIds } from "./tidy.ts";

/**
 * Login for machines by two halves: a role id, which may be baked into an image, and a secret id, which an orchestrator
 * hands over, best wrapped. Trusts what operators wrote about roles, and the source address the front door saw. It must
 * never store a secret id, never let one be used more often than it was made for, and never tell which half was wrong.
 */

const loginPath = path("login", {
  summary: "login by role id and secret id",
  params: {},
  ops: {
    update: op({
      summary: "log in with a role id and a secret id",
      answers: "login",
      access: "unauthenticated",
      input: z.object(loginShape),
      prefetch: ({ data }, ...where) => loginPrefetch(data, ...where),
      handle: async ({ input }, cx) => ({ auth: await login(input, cx) }),
    }),
  },
});

const tidyPath = path("tidy/secret-id", {
  summary: "remains of expired secret ids",
  params: {},
  ops: {
    update: op({
      summary: "remove what expired secret ids left behind; they are refused anyway",
      answers: "nothing",
      handle: async (_, cx) => {
        await tidySecretIds(cx);
        return { status: 202, warnings: [TIDY_STARTED] };
      },
    }),
  },
});

const TIDY = seconds(3600);

/** The `approle` auth method. */
export const approleAuth = (): Backend =>
  defineBackend({
    kind: "auth",
    type: "approle",
    help: "Logs machines in with a role id and a secret id.",
    paths: [loginPath, ...rolePaths, ...roleFieldPaths, ...secretIdPaths, tidyPath],
    lockoutName,
    roleOf,
    renewLogin,
    periodic: {
      every: TIDY,
      run: async (cx) => {
        await tidySecretIds(cx);
      },
    },
  });
