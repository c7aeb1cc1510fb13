import { permissionDenied } from "../../framework/index.ts";
import { createBoundedMap } from "../../std/bounded-map.ts";
import { entityAddress } from "../../storage/keys.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { createEntities, type Stored } from "./entities.ts";
import { createLogin } from "./login.ts";
import { aliasBy, aliasKey } from "./names.ts";
import { createRefresh } from "./refresh.ts";
import { createRemoval } from "./removal.ts";
import type { EntityView, Identity } from "./types.ts";
import { viewOf } from "./views.ts";

/**
 * Identity: entities, their aliases on auth mounts, and groups. It decides who a login is and which policies that adds,
 * for each request; it trusts auth methods for alias names and the sealed table for the rest, and must never let a
 * policy named `root` come from an entity or a group.
 */

export type IdentityParts = Pick<Core, "store" | "clock" | "random" | "config" | "crash">;

const MAX_VIEWS = 1000;

interface Seen {
  readonly n: number;
  readonly view: EntityView;
}

/**
 * Views as they were made last. An entity that was not written since, seen through the same groups, is the same object
 * again, so that what was derived from it (its rules) is too.
 *
 * Security: the entity's item is read by every request; its write number, sealed with it, says that it is the same.
 */
const createViews = () => {
  const seen = createBoundedMap<string, Seen>(MAX_VIEWS);
  let through: Snapshot["groups"] | undefined;
  return ({ entry, entity }: Stored, { groups }: Snapshot): EntityView => {
    if (groups !== through) seen.clear();
    through = groups;
    const known = seen.get(entity.id);
    if (known?.n === entry.n) return known.view;
    const view = viewOf(entity, { groups });
    seen.set(entity.id, { n: entry.n, view });
    return view;
  };
};

/** What requests and logins need. */
export const createIdentity = (parts: IdentityParts): Identity => {
  const entities = createEntities(parts);
  const removal = createRemoval({ ...parts, entities });
  const view = createViews();
  return {
    entityAddress: async (id) => entityAddress(id),
    view: async (entry, snapshot) => {
      const stored = await entities.survivor(entry);
      return stored && view(stored, snapshot);
    },
    ...createLogin({ ...parts, entities, removal }),
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
