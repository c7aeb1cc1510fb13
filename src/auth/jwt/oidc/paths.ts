import { z } from "zod";
import { op, path } from "../../../framework/index.ts";
import type { Parts } from "../parts.ts";
import { AuthUrl, authUrl, authUrlShape } from "./auth-url.ts";
import { callback, callbackPost, callbackShape } from "./callback.ts";
import { poll, pollShape } from "./direct.ts";
import { HTML } from "./pages.ts";

/** The paths of a login with a browser. */

export const oidcPaths = (parts: Parts) => [
  path("oidc/auth_url", {
    summary: "begin a login with a browser",
    params: {},
    ops: {
      update: op({
        summary: "begin a login: answer where the browser must go",
        answers: AuthUrl,
        access: "unauthenticated",
        input: z.object(authUrlShape),
        handle: async ({ input }, cx) => ({ data: await authUrl(parts, input, cx) }),
      }),
    },
  }),
  path("oidc/callback", {
    summary: "end a login with a browser",
    params: {},
    ops: {
      read: op({
        summary: "log in with what the provider sent; with a direct callback, show the browser a page",
        answers: ["login", { raw: HTML }],
        access: "unauthenticated",
        input: z.object(callbackShape),
        handle: ({ input }, cx) => callback(parts, input, cx),
      }),
      update: op({
        summary: "take in a form that the provider posts",
        answers: ["nothing", { raw: HTML }],
        access: "unauthenticated",
        input: z.object(callbackShape),
        handle: ({ input }, cx) => callbackPost(parts, input, cx),
      }),
    },
  }),
  path("oidc/poll", {
    summary: "wait for a direct callback",
    params: {},
    ops: {
      update: op({
        summary: "log in once the browser is done; `authorization_pending` until then",
        answers: "login",
        access: "unauthenticated",
        input: z.object(pollShape),
        handle: async ({ input }, cx) => ({ auth: await poll(input, cx) }),
      }),
    },
  }),
];
