import { invalidRequest, permissionDenied } from "../../framework/index.ts";
import { createBoundedMap } from "../../std/bounded-map.ts";
import { entityAddress } from "../../storage/keys.ts";
import type { Condition, Store } from "../../storage/store.ts";
import type { Config, Snapshot } from "../config/types.ts";
import type { ReadEntries } from "../request/reads.ts";
import { type Entities, idIn, type Stored, untilSettled } from "./entities.ts";
import { applied, changesTo, membershipsAfter, ROWS_ALONG, rowsOf } from "./memberships.ts";
import { samePairs } from "./metadata.ts";
import { aliasBy, aliasKey } from "./names.ts";
import type { Removal } from "./removal.ts";
import type { Identity, LoginIdentity } from "./types.ts";
import { viewOf } from "./views.ts";

/**
 * Who a login is: the entity of its alias, which is made if there is none. A login seen here before costs no read.
 *
 * Security: what is remembered is used under a condition on the item's write number, in the token's transaction. So a
 * disabled, moved, merged or removed entity gives no token, however fresh the change.
 */

const MAX_REMEMBERED = 10_000;

/** One login, the configuration it is judged by, and a way to drop what is cached for it. */
interface Visit {
  readonly mount: Parameters<Identity["login"]>[0];
  readonly given: Parameters<Identity["login"]>[1];
  readonly groupAliases: Parameters<Identity["login"]>[2];
  readonly snapshot: Snapshot;
  readonly key: string;
  readonly forget: () => void;
}

type ReadLogin = Pick<Identity, "login" | "prefetch" | "prefetchTies">;

export const createLogin = (options: {
  readonly store: Store;
  readonly entities: Entities;
  readonly removal: Removal;
  readonly config: Config;
}): ReadLogin => {
  const { store, entities, removal, config } = options;
  const remembered = createBoundedMap<string, Stored>(MAX_REMEMBERED);

  /** The entity a row leads to, if it has the alias. One whose removal was cut short is removed. */
  const holderBehind = async (id: string, key: string, read: ReadEntries): Promise<Stored | undefined> => {
    const stored = await entities.raw(id, read);
    if (!stored || !("entity" in stored)) return undefined;
    if (stored.entity.removing) await removal.remove(id);
    return !stored.entity.removing && aliasBy(stored.entity.aliases, key) ? stored : undefined;
  };

  /** The entity that holds the alias, or the condition under which the alias' row may be taken. */
  const find = async (
    accessor: string,
    name: string,
    read: ReadEntries,
  ): Promise<Stored | { readonly take: Condition }> => {
    const key = aliasKey(accessor, name);
    const address = await entities.aliasAt(accessor, name);
    for (let attempt = 0; ; attempt++) {
      const row = await entities.rowAt(address, read);
      if (!row) return { take: "absent" };
      const stored = await holderBehind(row.id, key, read);
      if (stored) return stored;
      // Between the two reads the alias may have moved; a row that leads nowhere both times was left over.
      if (attempt > 0) return { take: { n: row.entry.n } };
    }
  };

  /** The first login of an alias: an entity is made for it. */
  const welcome = async (visit: Visit, take: Condition): Promise<LoginIdentity | "again"> => {
    const { mount, given, groupAliases, snapshot, forget } = visit;
    const { accessor } = mount.info;
    const { name, metadata = {} } = given;
    const alias = entities.newAlias({ name, mountAccessor: accessor, metadata, local: mount.local });
    const entity = entities.fresh({ aliases: [alias] });
    const memberships = membershipsAfter([], groupAliases, snapshot, accessor);
    if (memberships.length > ROWS_ALONG) {
      await store.write(await entities.creation(entity, { alias: take }));
      return "again";
    }
    const whole = { ...entity, memberships };
    return { entity: viewOf(whole, snapshot), writes: await entities.creation(whole, { alias: take }), forget };
  };

  /** Writes what the login changes in the entity, or checks that nothing changed. */
  const recognise = async (visit: Visit, found: Stored): Promise<LoginIdentity | "again"> => {
    const { mount, given, groupAliases, snapshot, key, forget } = visit;
    const { entry, entity } = found;
    const mine = aliasBy(entity.aliases, key);
    const metadata = given.metadata ?? mine?.metadata ?? {};
    const changes = changesTo(
      entity,
      membershipsAfter(entity.memberships, groupAliases, snapshot, mount.info.accessor),
    );
    const renewed = mine !== undefined && !samePairs(mine.metadata, metadata);
    if (!renewed && changes.length === 0) {
      remembered.set(key, found);
      return {
        entity: viewOf(entity, snapshot),
        writes: [{ op: "check", address: entry.address, when: { n: entry.n } }],
        forget,
      };
    }
    forget();
    if (changes.length > ROWS_ALONG) {
      const first = changes.slice(0, ROWS_ALONG);
      await store.write([
        entities.update(found, { memberships: applied(entity, first) }),
        ...rowsOf(entities, entity, first),
      ]);
      return "again";
    }
    const now = entities.now();
    const change = {
      aliases: entity.aliases.map((one) => (one === mine && renewed ? { ...one, metadata, lastUpdateTime: now } : one)),
      memberships: applied(entity, changes),
    };
    return {
      entity: viewOf({ ...entity, ...change }, snapshot),
      writes: [entities.update(found, change), ...rowsOf(entities, entity, changes)],
      forget,
    };
  };

  const attempt = async (
    ...[mount, given, groupAliases, read = store.get]: Parameters<Identity["login"]>
  ): Promise<LoginIdentity | "again"> => {
    const snapshot = await config.snapshot();
    const { accessor } = mount.info;
    const key = aliasKey(accessor, given.name);
    const forget = (): void => {
      remembered.delete(key);
    };
    const visit = { mount, given, groupAliases, snapshot, key, forget };
    const cached = remembered.get(key);
    const found = cached ?? (await find(accessor, given.name, read));
    if ("take" in found) return welcome(visit, found.take);
    if (!found.entity.disabled) return recognise(visit, found);
    forget();
    if (cached) return "again";
    throw permissionDenied("entity is disabled");
  };

  return {
    login: async (mount, alias, groupAliases, read) => {
      if (alias.name === "") throw invalidRequest("missing name in alias");
      for (;;) {
        const identity = await untilSettled(() => attempt(mount, alias, groupAliases, read));
        if (identity !== "again") return identity;
      }
    },
    prefetch: async ({ info: { accessor } }, alias) =>
      remembered.get(aliasKey(accessor, alias)) ? [] : [await entities.aliasAt(accessor, alias)],
    prefetchTies: (row) => (row ? [entityAddress(idIn(row))] : []),
  };
};
