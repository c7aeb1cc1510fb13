import type { Core } from "../../core/core.ts";
import { createIdentityStore } from "../../core/identity/store.ts";
import { createMfaRegistry } from "../../core/mfa/registry.ts";
import { createMfaSecrets } from "../../core/mfa/secrets.ts";
import { type Backend, defineBackend } from "../../framework/index.ts";
import { seconds } from "../../std/time.ts";
import { entityPaths } from "./entities.ts";
import { entityAliasPaths } from "./entity-aliases.ts";
import { groupAliasPaths } from "./group-aliases.ts";
import { groupPaths } from "./groups.ts";
import { lookupPaths } from "./lookups.ts";
import { mfaEnforcementPaths } from "./mfa-enforcements.ts";
import { mfaKeyPaths } from "./mfa-keys.ts";
import { mfaMethodPaths } from "./mfa-methods.ts";
import { oidcPaths } from "./oidc/paths.ts";
import { attendKeys } from "./oidc/rotation.ts";

/**
 * The identity backend, `identity/`: entities, aliases and groups as an operator manages them, and the second
 * factors of logins. What they mean is in `core/identity` and `core/mfa`; here are the paths, the texts, and the rights
 * of calls that touch more than their path says. `oidc/` tells other systems who an entity is.
 */
export const identityBackend = (core: Core): Backend => {
  const identity = createIdentityStore(core);
  const registry = createMfaRegistry(core, identity.entities);
  return defineBackend({
    kind: "secret",
    type: "identity",
    help: "Entities, aliases, groups and login MFA; tokens that tell other systems who an entity is.",
    paths: [
      ...entityPaths(core, identity),
      ...entityAliasPaths(core, identity),
      ...groupPaths(core, identity),
      ...groupAliasPaths(core, identity),
      ...lookupPaths(core, identity),
      ...mfaMethodPaths(core, registry),
      ...mfaKeyPaths(core, createMfaSecrets(core, identity.entities)),
      ...mfaEnforcementPaths(core, registry),
      ...oidcPaths(core),
    ],
    periodic: {
      every: seconds(600),
      run: async (cx, deadlineMs) => {
        // What a crash left behind of a change of many members.
        await identity.groups.resume();
        await attendKeys(cx, deadlineMs);
      },
    },
  });
};
