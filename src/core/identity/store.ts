import { createAliases } from "./aliases.ts";
import { createEntities } from "./entities.ts";
import { createGroupAliases } from "./group-aliases.ts";
import { createGroups } from "./groups.ts";
import type { IdentityParts } from "./index.ts";
import { createMembers } from "./members.ts";
import { createMerge } from "./merge.ts";
import { createRegistry } from "./registry.ts";
import { createRemoval } from "./removal.ts";
import { createTurns } from "./turns.ts";

/**
 * What the identity backend needs: everything that changes entities, aliases and groups. A file of its own, so that a
 * function whose requests only ask who somebody is does not load it at its start.
 */
export const createIdentityStore = (parts: IdentityParts) => {
  const entities = createEntities(parts);
  const removal = createRemoval({ ...parts, entities });
  const turns = createTurns(parts);
  const members = createMembers({ ...parts, entities });
  const groups = createGroups({ ...parts, members, turns });
  return {
    entities,
    registry: createRegistry({ ...parts, entities, removal }),
    removal,
    members,
    aliases: createAliases({ ...parts, entities }),
    merge: createMerge({ ...parts, entities }).merge,
    groups,
    groupAliases: createGroupAliases({ ...parts, turns, newGroup: groups.fresh }),
  };
};

export type IdentityStore = ReturnType<typeof createIdentityStore>;
