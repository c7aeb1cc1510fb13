import { invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import type { Store, Write } from "../../storage/store.ts";
import type { Config, Snapshot } from "../config/types.ts";
import { mountByAccessor } from "../mounts/find.ts";
import type { Mount } from "../mounts/mount.ts";
import { type Entities, rowsOf, type Stored, untilSettled } from "./entities.ts";
import { checkCustomMetadata, samePairs } from "./metadata.ts";
import type { Alias, Entity } from "./model.ts";
import { aliasBy, aliasKey } from "./names.ts";

/**
 * Aliases of entities: made, changed, moved and removed. An alias is stored in its entity's item; the rows that find it
 * change in the same transaction.
 */

export interface AliasInput {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly mount_accessor?: string | undefined;
  readonly canonical_id?: string | undefined;
  readonly custom_metadata?: Readonly<Record<string, string>> | undefined;
}

export interface AliasRef {
  readonly id: string;
  readonly entity: string;
}

/**
 * Asked before anything is written; each throws to refuse. The rules are the backend's, which knows who asks.
 *
 * Security: an alias gives anyone who logs in by it the policies of its entity (CVE-2021-41802). So the right to an
 * entity is required whenever the logins that lead to it change: an alias is made for it, moves to it or away, or gets
 * another name or mount.
 */
export interface AliasRights {
  /** An alias that exists and is about to change. */
  alias(id: string): void;
  entity(found: Entity): void;
}

const mountOf = (snapshot: Snapshot, accessor: string): Mount => {
  const mount = mountByAccessor(snapshot, accessor);
  if (!mount) throw invalidRequest(`invalid mount accessor ${shown(accessor)}`);
  return mount;
};

const held = (entity: Entity, accessor: string): boolean =>
  entity.aliases.some((alias) => alias.mountAccessor === accessor);

/** Whether a different login leads to it afterwards. */
const isRenamed = (before: Alias, after: Alias): boolean =>
  aliasKey(before.mountAccessor, before.name) !== aliasKey(after.mountAccessor, after.name);

const sameAlias = (a: Alias, b: Alias): boolean =>
  a.name === b.name && a.mountAccessor === b.mountAccessor && samePairs(a.customMetadata, b.customMetadata);

const changedBy = (input: AliasInput, before: Alias): Alias => ({
  ...before,
  name: input.name || before.name,
  mountAccessor: input.mount_accessor || before.mountAccessor,
  customMetadata: input.custom_metadata ?? before.customMetadata,
});

/** The entity an alias of this mount may move to. */
const checkTarget = (target: Stored | undefined, mount: Mount): Stored => {
  if (mount.local) throw invalidRequest("local aliases can't be moved between entities");
  if (!target) throw invalidRequest("given 'canonical_id' is not associated with an entity");
  if (held(target.entity, mount.info.accessor)) {
    throw invalidRequest("Alias cannot be updated as the given entity already has an alias for this mount ");
  }
  return target;
};

export const createAliases = (options: {
  readonly store: Store;
  readonly config: Config;
  readonly entities: Entities;
}) => {
  const { store, config, entities } = options;

  const create = async (name: string, mount: Mount, input: AliasInput, rights: AliasRights): Promise<AliasRef> => {
    const { accessor } = mount.info;
    const customMetadata = input.custom_metadata ?? {};
    const alias = entities.newAlias({ name, mountAccessor: accessor, customMetadata, local: mount.local });
    if (!input.canonical_id) {
      const entity = entities.fresh({ aliases: [alias] });
      await store.write(await entities.creation(entity));
      return { id: alias.id, entity: entity.id };
    }
    const stored = await entities.load(input.canonical_id);
    if (!stored) throw invalidRequest("invalid canonical ID");
    const { entity } = stored;
    rights.entity(entity);
    if (held(entity, accessor)) throw invalidRequest("Alias already exists for requested entity and mount accessor");
    await store.write([
      entities.update(stored, { aliases: [...entity.aliases, alias] }),
      ...rowsOf(await entities.aliasRows(entity.id, alias)),
    ]);
    return { id: alias.id, entity: entity.id };
  };

  const checkPlace = async (stored: Stored, before: Alias, after: Alias, moves: boolean): Promise<void> => {
    const remounted = after.mountAccessor !== before.mountAccessor;
    if (remounted && !moves && held(stored.entity, after.mountAccessor)) {
      throw invalidRequest(
        "Alias cannot be updated as the entity already has an alias for the given 'mount_accessor' ",
      );
    }
    const key = aliasKey(after.mountAccessor, after.name);
    if (key === aliasKey(before.mountAccessor, before.name)) return;
    const holder = await entities.byAlias(after.mountAccessor, after.name);
    if (holder && aliasBy(holder.entity.aliases, key)) {
      throw invalidRequest("alias with combination of mount accessor and name already exists");
    }
  };

  /** The rows of a changed alias: the old row by which it is found goes, unless the new one is the same. */
  const rows = async (entity: string, before: Alias, after: Alias): Promise<readonly Write[]> => {
    const old = await entities.dropAlias(before);
    const { byName, byId } = await entities.aliasRows(entity, after, "any");
    return isRenamed(before, after) ? [old.byName, { ...byName, when: "absent" }, byId] : [byName, byId];
  };

  const move = async (from: Stored, to: Stored, before: Alias, after: Alias): Promise<void> =>
    store.write([
      entities.update(from, { aliases: from.entity.aliases.filter((one) => one.id !== before.id) }),
      entities.update(to, { aliases: [...to.entity.aliases, after] }),
      ...(await rows(to.entity.id, before, after)),
    ]);

  const update = async (
    stored: Stored,
    before: Alias,
    input: AliasInput,
    snapshot: Snapshot,
    rights: AliasRights,
  ): Promise<AliasRef | undefined> => {
    const { entity } = stored;
    rights.alias(before.id);
    const after = changedBy(input, before);
    const to = input.canonical_id || entity.id;
    const moves = to !== entity.id;
    if (!moves && sameAlias(before, after)) return undefined;
    if (moves || isRenamed(before, after)) rights.entity(entity);
    const target = moves ? await entities.load(to) : undefined;
    if (target) rights.entity(target.entity);
    await checkPlace(stored, before, after, moves);
    const mount = mountOf(snapshot, after.mountAccessor);
    const stamped: Alias = { ...after, lastUpdateTime: entities.now() };
    if (moves) {
      await move(stored, checkTarget(target, mount), before, stamped);
      return { id: before.id, entity: to };
    }
    const aliases = entity.aliases.map((one) => (one.id === before.id ? stamped : one));
    await store.write([entities.update(stored, { aliases }), ...(await rows(entity.id, before, stamped))]);
    return { id: before.id, entity: entity.id };
  };

  const attempt = async (input: AliasInput, rights: AliasRights): Promise<AliasRef | undefined> => {
    const snapshot = await config.snapshot();
    const { name = "", mount_accessor: accessor = "" } = input;
    if (input.id) {
      const stored = await entities.byAliasId(input.id);
      const alias = stored?.entity.aliases.find((one) => one.id === input.id);
      if (!stored || !alias) throw invalidRequest("invalid alias ID provided");
      return update(stored, alias, input, snapshot, rights);
    }
    if (accessor === "" || name === "") {
      throw invalidRequest("'id' or 'mount_accessor' and 'name' must be provided");
    }
    const mount = mountOf(snapshot, accessor);
    const stored = await entities.byAlias(accessor, name);
    const alias = stored && aliasBy(stored.entity.aliases, aliasKey(accessor, name));
    if (stored && alias) return update(stored, alias, input, snapshot, rights);
    return create(name, mount, input, rights);
  };

  /** `undefined`: nothing to change. Throws with Vault's texts. */
  const save = async (input: AliasInput, rights: AliasRights): Promise<AliasRef | undefined> => {
    if (input.custom_metadata) checkCustomMetadata(input.custom_metadata);
    return untilSettled(() => attempt(input, rights));
  };

  const remove = (id: string): Promise<void> =>
    untilSettled(async () => {
      const stored = await entities.byAliasId(id);
      const alias = stored?.entity.aliases.find((one) => one.id === id);
      if (!stored || !alias) return;
      const aliases = stored.entity.aliases.filter((one) => one.id !== id);
      await store.write([entities.update(stored, { aliases }), ...rowsOf(await entities.dropAlias(alias))]);
    });

  return { save, remove };
};
