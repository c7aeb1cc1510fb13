import type { Core } from "../../core/core.ts";
import { createIdentityStore } from "../../core/identity/store.ts";
import { type Backend, defineBackend } from "../../framework/index.ts";
import { seconds } from "../../std/time.ts";
import { entityPaths } from "./entities.ts";
import { entityAliasPaths } from "./entity-aliases.ts";
import { groupAliasPaths } from "./group-aliases.ts";
import { groupPaths } from "./groups.ts";
import { lookupPaths } from "./lookups.ts";

/**
 * The identity backend, `identity/`: entities, aliases and groups as an operator manages them. What they mean is in
 * `core/identity`; here are the paths, the texts, and the rights of calls that touch more than their path says.
 */
export const identityBackend = (core: Core): Backend => {
  const identity = createIdentityStore(core);
  return defineBackend({
    kind: "secret",
    type: "identity",
    help: "Entities, aliases and groups.",
    paths: [
      ...entityPaths(core, identity),
      ...entityAliasPaths(core, identity),
      ...groupPaths(core, identity),
      ...groupAliasPaths(core, identity),
      ...lookupPaths(core, identity),
    ],
    // What a crash left behind of a change of many members.
    periodic: { every: seconds(600), run: () => identity.groups.resume() },
  });
};
