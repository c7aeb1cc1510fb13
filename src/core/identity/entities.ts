import { type RandomSource, uuid } from "../../std/random.ts";
import { type Clock, rfc3339 } from "../../std/time.ts";
import { untilWritten } from "../../storage/change.ts";
import {
  aliasAddress,
  aliasIdAddress,
  entityAddress,
  entityListAddress,
  entityNameAddress,
  groupMemberAddress,
  mfaSecretAddress,
} from "../../storage/keys.ts";
import type { Address, Condition, Delete, Entry, Put, Store, Write } from "../../storage/store.ts";
import type { ReadEntries } from "../request/reads.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { type Alias, type Entity, IDENTITY_DOMAIN, type Membership, type Merged } from "./model.ts";
import { aliasKey, foldName } from "./names.ts";

/**
 * Entities in the table. An entity is one item, aliases and memberships included, so that a request reads all of it
 * together with its token. Next to it are rows that find it: by name, by alias, for lists. Every change of an
 * entity is conditional on the item's write number, and its rows change in the same transaction.
 */

export interface Stored {
  readonly entry: Entry;
  readonly entity: Entity;
}

/** Read side by side, a hundred in each call. */
const AT_ONCE = 800;
const MAX_MERGES = 32;

/** Retries while others are first. Throws `storage_unavailable` if that continues. */
export const untilSettled = <T>(attempt: () => Promise<T>): Promise<T> =>
  untilWritten(attempt, {
    reason: "identity entry is too busy",
    wire: "the identity entry is being changed by others, try again",
  });

const put = (address: Address, body: object, when: Condition): Put => ({
  op: "put",
  address,
  body: toSealed(body),
  when,
});

/** The rows of an alias: by its name at its mount, and by its id. */
export interface AliasRows {
  readonly byName: Put;
  readonly byId: Put;
}

/** All rows of an alias, written or deleted, in one list. */
export const rowsOf = ({ byName, byId }: { readonly byName: Write; readonly byId: Write }): readonly Write[] => [
  byName,
  byId,
];

/** Removes the keys of second factors; their counts of attempts vanish by themselves. */
export const mfaRowsOf = (ids: readonly string[]): readonly Write[] =>
  ids.map((id) => ({ op: "delete", address: mfaSecretAddress(id), when: "any" }));

/**
 * The conditions under which a new entity's name and its aliases' names are taken; a row that leads nowhere is
 * replaced.
 */
export interface Takes {
  readonly name?: Condition | undefined;
  readonly alias?: Condition | undefined;
}

/** The id of the entity that a row leads to. */
export const idIn = (row: Entry): string => fromSealed<{ entity: string }>(row.body).entity;

export const createEntities = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}) => {
  const { store, clock, random } = options;

  const names = () => store.names(IDENTITY_DOMAIN);
  const nameAt = async (name: string) => entityNameAddress((await names()).tag(foldName(name)));
  const aliasAt = async (accessor: string, name: string) => aliasAddress((await names()).tag(aliasKey(accessor, name)));

  const open = (entry: Entry | undefined): Stored | Merged | undefined => {
    if (!entry) return undefined;
    const body = fromSealed<Entity | Merged>(entry.body);
    return "mergedInto" in body ? body : { entry, entity: body };
  };

  /** Also one that is being removed. */
  const raw = async (id: string, read: ReadEntries = store.get): Promise<Stored | Merged | undefined> =>
    id === "" || id.length > 200 ? undefined : open((await read([entityAddress(id)]))[0]);

  /** The entity with exactly this id: not a merged one, and not one being removed. */
  const load = async (id: string): Promise<Stored | undefined> => {
    const found = await raw(id);
    return found && "entity" in found && !found.entity.removing ? found : undefined;
  };

  /** Like `load`, but a merged entity leads to its survivor. */
  const survivor = async (entry: Entry | undefined): Promise<Stored | undefined> => {
    let found = open(entry);
    for (let left = MAX_MERGES; found && "mergedInto" in found && left > 0; left--) found = await raw(found.mergedInto);
    return found && "entity" in found && !found.entity.removing ? found : undefined;
  };

  const survivorOf = async (id: string): Promise<Stored | undefined> =>
    survivor((await store.get([entityAddress(id)]))[0]);

  const rowAt = async (
    address: Address,
    read: ReadEntries = store.get,
  ): Promise<{ readonly entry: Entry; readonly id: string } | undefined> => {
    const [entry] = await read([address]);
    return entry && { entry, id: idIn(entry) };
  };

  const byRow = async (address: Address): Promise<Stored | undefined> => {
    const row = await rowAt(address);
    return row && load(row.id);
  };

  const many = async (ids: readonly string[]): Promise<readonly (Stored | undefined)[]> => {
    const found: (Stored | undefined)[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const entries = await store.get(ids.slice(at, at + AT_ONCE).map(entityAddress));
      for (const entry of entries) {
        const one = open(entry);
        found.push(one && "entity" in one && !one.entity.removing ? one : undefined);
      }
    }
    return found;
  };

  const list = async (): Promise<readonly Entity[]> => {
    const { pk, domain } = entityListAddress("");
    const ids: string[] = [];
    for await (const entry of store.all({ pk, domain })) ids.push(fromSealed<{ entity: string }>(entry.body).entity);
    return (await many(ids)).flatMap((one) => (one ? [one.entity] : []));
  };

  const fresh = (given: Partial<Entity> = {}): Entity => {
    const now = rfc3339(clock.now());
    return {
      id: uuid(random),
      name: `entity_${Buffer.from(random.bytes(4)).toString("hex")}`,
      metadata: null,
      policies: [],
      disabled: false,
      aliases: [],
      memberships: [],
      mergedEntityIds: [],
      creationTime: now,
      lastUpdateTime: now,
      ...given,
    };
  };

  const newAlias = (given: Pick<Alias, "name" | "mountAccessor"> & Partial<Alias>): Alias => {
    const now = rfc3339(clock.now());
    return {
      id: uuid(random),
      metadata: {},
      customMetadata: {},
      creationTime: now,
      lastUpdateTime: now,
      mergedFromCanonicalIds: [],
      local: false,
      ...given,
    };
  };

  const aliasRows = async (entity: string, alias: Alias, takes: Condition = "absent"): Promise<AliasRows> => ({
    byName: put(await aliasAt(alias.mountAccessor, alias.name), { entity, alias: alias.id }, takes),
    byId: put(aliasIdAddress(alias.id), { entity }, takes === "any" ? "any" : "absent"),
  });

  const dropAlias = async (alias: Alias): Promise<{ readonly byName: Delete; readonly byId: Delete }> => ({
    byName: { op: "delete", address: await aliasAt(alias.mountAccessor, alias.name), when: "any" },
    byId: { op: "delete", address: aliasIdAddress(alias.id), when: "any" },
  });

  const memberRow = (entity: string, { group, generation }: Membership): Put =>
    put(groupMemberAddress(group, generation, entity), { entity }, "any");

  const dropMember = (entity: string, { group, generation }: Membership): Write => ({
    op: "delete",
    address: groupMemberAddress(group, generation, entity),
    when: "any",
  });

  /** Everything a new entity consists of: its item and its rows. */
  const creation = async (entity: Entity, takes: Takes = {}): Promise<Write[]> => [
    put(entityAddress(entity.id), entity, "absent"),
    put(await nameAt(entity.name), { entity: entity.id }, takes.name ?? "absent"),
    ...(await Promise.all(entity.aliases.map((alias) => aliasRows(entity.id, alias, takes.alias)))).flatMap(rowsOf),
    put(entityListAddress(entity.id), { entity: entity.id }, "absent"),
    ...entity.memberships.map((membership) => memberRow(entity.id, membership)),
  ];

  /** The item itself; rows that change with it are the caller's. */
  const update = (stored: Stored, change: Partial<Entity>): Write =>
    put(stored.entry.address, { ...stored.entity, ...change }, { n: stored.entry.n });

  return {
    now: (): string => rfc3339(clock.now()),
    raw,
    load,
    survivor,
    survivorOf,
    many,
    list,
    rowAt,
    nameAt,
    aliasAt,
    byName: async (name: string) => byRow(await nameAt(name)),
    byAlias: async (accessor: string, name: string) => byRow(await aliasAt(accessor, name)),
    byAliasId: (id: string) => byRow(aliasIdAddress(id)),
    fresh,
    newAlias,
    aliasRows,
    dropAlias,
    memberRow,
    dropMember,
    creation,
    update,
  };
};

export type Entities = ReturnType<typeof createEntities>;
