import { permissionDenied } from "../../framework/index.ts";
import { entityAddress } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import { createEntities } from "./entities.ts";
import { createLogin } from "./login.ts";
import { aliasBy, aliasKey } from "./names.ts";
import { createRefresh } from "./refresh.ts";
import { createRemoval } from "./removal.ts";
import type { Identity } from "./types.ts";
import { viewOf } from "./views.ts";

/**
 * Identity: entities, their aliases on auth mounts, and groups. It decides who a login is and which policies that adds,
 * for each request; it trusts auth methods for alias names and the sealed table for the rest, and must never let a
 * policy named `root` come from an entity or a group.
 */

export type IdentityParts = Pick<Core, "store" | "clock" | "random" | "config" | "crash">;

/** What requests and logins need. */
export const createIdentity = (parts: IdentityParts): Identity => {
  const entities = createEntities(parts);
  const removal = createRemoval({ ...parts, entities });
  return {
    entityAddress: async (id) => entityAddress(id),
    view: async (entry, snapshot) => {
      const stored = await entities.survivor(entry);
      return stored && viewOf(stored.entity, snapshot);
    },
    login: createLogin({ ...parts, entities, removal }),
    refresh: createRefresh({ ...parts, entities }),
    returning: async (id, { name, mountAccessor }) => {
      const stored = await entities.survivorOf(id);
      if (!stored || !aliasBy(stored.entity.aliases, aliasKey(mountAccessor, name))) return undefined;
      const { entry, entity } = stored;
      if (entity.disabled) throw permissionDenied("entity is disabled");
      return {
        entity: viewOf(entity, await parts.config.snapshot()),
        writes: [{ op: "check", address: entry.address, when: { n: entry.n } }],
        forget: () => undefined,
      };
    },
  };
};
