import { invalidRequest, permissionDenied } from "../../framework/index.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { type Clock, rfc3339 } from "../../std/time.ts";
import { aliasAddress, entityAddress } from "../../storage/keys.ts";
import type { Entry, Store, Write } from "../../storage/store.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Config, EntityView, Identity, LoginIdentity, Snapshot } from "../services.ts";
import type { Mount } from "../stages.ts";
import { identityIndexWrites } from "./indexes.ts";
import { type Alias, aliasKey, type Entity, externalGroups, IDENTITY_DOMAIN, type Merged, viewOf } from "./model.ts";

/**
 * Identity at login and on every request. An entity is one item, so "is it disabled, which policies" costs no call of
 * its own: the item is read with the token. A login that was seen here before only checks that the item is unchanged.
 *
 * Security: what is remembered is used under a condition on the item's write counter, in the token's transaction.
 */

const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly entry: Entry;
  readonly entity: Entity;
}

const same = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

export const createIdentity = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly config: Config;
}): Identity => {
  const { store, clock, random, config } = options;
  const remembered = new Map<string, Remembered>();

  const aliasAt = async (key: string) => aliasAddress((await store.names(IDENTITY_DOMAIN)).tag(key));

  const load = async (id: string, depth = 0): Promise<Remembered | undefined> => {
    const [entry] = await store.get([entityAddress(id)]);
    if (!entry) return undefined;
    const body = fromSealed<Entity | Merged>(entry.body);
    if ("mergedInto" in body) return depth > 8 ? undefined : load(body.mergedInto, depth + 1);
    return { entry, entity: body };
  };

  const view = async (entry: Entry | undefined, snapshot: Snapshot): Promise<EntityView | undefined> => {
    if (!entry) return undefined;
    const body = fromSealed<Entity | Merged>(entry.body);
    if (!("mergedInto" in body)) return viewOf(body, snapshot);
    const survivor = await load(body.mergedInto);
    return survivor && viewOf(survivor.entity, snapshot);
  };

  const find = async (key: string): Promise<Remembered | undefined> => {
    const known = remembered.get(key);
    if (known) return known;
    const [row] = await store.get([await aliasAt(key)]);
    return row && load(fromSealed<{ entity: string }>(row.body).entity);
  };

  const newAlias = (name: string, mount: Mount, metadata: Readonly<Record<string, string>>): Alias => {
    const now = rfc3339(clock.now());
    return {
      id: uuid(random),
      name,
      mountAccessor: mount.info.accessor,
      metadata,
      customMetadata: {},
      creationTime: now,
      lastUpdateTime: now,
      mergedFromCanonicalIds: [],
      local: false,
    };
  };

  const create = async (key: string, alias: Alias, groupIds: readonly string[]): Promise<[Entity, Write[]]> => {
    const now = rfc3339(clock.now());
    const id = uuid(random);
    const entity: Entity = {
      id,
      name: `entity_${Buffer.from(random.bytes(4)).toString("hex")}`,
      metadata: null,
      policies: [],
      disabled: false,
      aliases: [alias],
      groupIds,
      mergedEntityIds: [],
      creationTime: now,
      lastUpdateTime: now,
    };
    return [
      entity,
      [
        { op: "put", address: await aliasAt(key), body: { entity: id, alias: alias.id }, when: "absent" },
        { op: "put", address: entityAddress(id), body: toSealed(entity), when: "absent" },
        ...(await identityIndexWrites(store, entity, alias)),
      ],
    ];
  };

  /** Membership in this mount's external groups is what the login says; other memberships stay. */
  const groupsAfter = (
    before: readonly string[],
    names: readonly string[] | undefined,
    snapshot: Snapshot,
    accessor: string,
  ) => {
    if (names === undefined) return before;
    const external = externalGroups(snapshot, accessor);
    const ours = new Set([...external.values()].map((group) => group.id));
    const now = names.flatMap((name) => external.get(name.toLowerCase())?.id ?? []);
    return [...new Set([...before.filter((id) => !ours.has(id)), ...now])];
  };

  const login = async (
    mount: Mount,
    alias: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> },
    groupAliases: readonly string[] | undefined,
  ): Promise<LoginIdentity> => {
    if (alias.name === "") throw invalidRequest("missing name in alias");
    const snapshot = await config.snapshot();
    const { accessor } = mount.info;
    const key = aliasKey(accessor, alias.name);
    const forget = (): void => {
      remembered.delete(key);
    };
    const found = await find(key);
    if (!found) {
      const groups = groupsAfter([], groupAliases, snapshot, accessor);
      const [entity, writes] = await create(key, newAlias(alias.name, mount, alias.metadata ?? {}), groups);
      return { entity: viewOf(entity, snapshot), writes, forget };
    }
    const { entry, entity } = found;
    if (entity.disabled) {
      forget();
      const [now] = await store.get([entityAddress(entity.id)]);
      if (!now || fromSealed<Entity>(now.body).disabled) throw permissionDenied("entity is disabled");
      return login(mount, alias, groupAliases);
    }
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? "");
    remembered.set(key, found);
    const mine = entity.aliases.find(
      (one) => one.mountAccessor === accessor && one.name.toLowerCase() === alias.name.toLowerCase(),
    );
    const groupIds = groupsAfter(entity.groupIds, groupAliases, snapshot, accessor);
    const metadata = alias.metadata ?? mine?.metadata ?? {};
    const unchanged = mine !== undefined && same(mine.metadata, metadata) && groupIds.join() === entity.groupIds.join();
    if (unchanged) {
      const writes: Write[] = [{ op: "check", address: entry.address, when: { n: entry.n } }];
      return { entity: viewOf(entity, snapshot), writes, forget };
    }
    const now = rfc3339(clock.now());
    const aliases = entity.aliases.map((one) => (one === mine ? { ...one, metadata, lastUpdateTime: now } : one));
    const next: Entity = { ...entity, aliases, groupIds, lastUpdateTime: now };
    forget();
    return {
      entity: viewOf(next, snapshot),
      writes: [{ op: "put", address: entry.address, body: toSealed(next), when: { n: entry.n } }],
      forget,
    };
  };

  return { entityAddress: async (id) => entityAddress(id), view, login };
};
