import type { Store } from "../../storage/store.ts";
import type { Config, Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import { type Entities, type Stored, untilSettled } from "./entities.ts";
import { applied, changesTo, membershipsAfter, ROWS_ALONG, rowsOf } from "./memberships.ts";
import { samePairs } from "./metadata.ts";
import { aliasBy, aliasKey } from "./names.ts";
import type { EntityView, GivenAlias, Identity } from "./types.ts";
import { viewOf } from "./views.ts";

/**
 * What an auth method reports when it judges a renewal: the groups of the entity, and the metadata of its alias.
 *
 * Security: it is the token's entity that changes, wherever its alias has gone since the login. Nothing is made here:
 * an entity that was removed stays removed. Nothing is granted here either: whoever renews a token that is not their own
 * may do so while its entity is disabled, as in Vault, and the token stays refused for as long.
 */

export const createRefresh = (options: {
  readonly store: Store;
  readonly entities: Entities;
  readonly config: Config;
}): Identity["refresh"] => {
  const { store, entities, config } = options;

  const aliasesAfter = (found: Stored, mount: Mount, given: GivenAlias | undefined) => {
    const { aliases } = found.entity;
    const metadata = given?.metadata;
    if (!given || metadata === undefined) return aliases;
    const mine = aliasBy(aliases, aliasKey(mount.info.accessor, given.name));
    if (!mine || samePairs(mine.metadata, metadata)) return aliases;
    return aliases.map((one) => (one === mine ? { ...one, metadata, lastUpdateTime: entities.now() } : one));
  };

  /** Writes at most as many rows as one transaction takes; says whether that was all. */
  const step = async (found: Stored, wanted: ReturnType<typeof wantedBy>): Promise<EntityView | "more"> => {
    const { entity } = found;
    const { aliases, changes, snapshot } = wanted;
    if (changes.length === 0 && aliases === entity.aliases) return viewOf(entity, snapshot);
    const now = changes.slice(0, ROWS_ALONG);
    const change = { aliases, memberships: applied(entity, now) };
    await store.write([entities.update(found, change), ...rowsOf(entities, entity, now)]);
    return now.length < changes.length ? "more" : viewOf({ ...entity, ...change }, snapshot);
  };

  const wantedBy = (
    found: Stored,
    mount: Mount,
    groupAliases: readonly string[] | undefined,
    given: GivenAlias | undefined,
    snapshot: Snapshot,
  ) => ({
    aliases: aliasesAfter(found, mount, given),
    changes: changesTo(
      found.entity,
      membershipsAfter(found.entity.memberships, groupAliases, snapshot, mount.info.accessor),
    ),
    snapshot,
  });

  return async (mount, entityId, given, groupAliases, seen) => {
    let known = seen;
    for (;;) {
      const view = await untilSettled(async () => {
        const snapshot = await config.snapshot();
        const found = await (known ? entities.survivor(known) : entities.survivorOf(entityId));
        known = undefined;
        if (!found) return undefined;
        return step(found, wantedBy(found, mount, groupAliases, given, snapshot));
      });
      if (view !== "more") return view;
    }
  };
};
