import type { Core } from "../../core/core.ts";
import { type Backend, defineBackend } from "../../framework/index.ts";
import { accessorPaths } from "./accessors.ts";
import { createPaths } from "./create.ts";
import { lookupPaths } from "./lookup.ts";
import { renewPaths } from "./renew.ts";
import { revokePaths } from "./revoke.ts";
import { rolePaths } from "./role-paths.ts";

/**
 * The token method, `auth/token/`: tokens made from tokens. It trusts core for the caller, and must never hand out more
 * than the caller may give: policies of the parent unless the caller has sudo or a role says otherwise.
 */
export const tokenBackend = (core: Core): Backend =>
  defineBackend({
    kind: "auth",
    type: "token",
    help: "Tokens: the credential of every request. Create, look up, renew and revoke them here.",
    paths: [
      ...createPaths(core),
      ...lookupPaths(core),
      ...renewPaths(core),
      ...revokePaths(core),
      ...accessorPaths(core),
      ...rolePaths(),
    ],
  });
