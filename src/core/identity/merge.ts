import { type CrashPoint, invalidRequest } from "../../framework/index.ts";
import { entityAddress, entityListAddress } from "../../storage/keys.ts";
import type { Store, Write } from "../../storage/store.ts";
import { toSealed } from "../sealed.ts";
import { type Entities, mfaRowsOf, rowsOf, type Stored, untilSettled } from "./entities.ts";
import { memberKey } from "./memberships.ts";
import { losers, refuseClashes, refuseFactors } from "./merge-clashes.ts";
import type { Alias, Entity, Membership } from "./model.ts";

/**
 * Merges entities into one. Aliases and memberships move; metadata and policies of the merged do not, as in Vault. What
 * remains of each is a pointer to the survivor, so that its tokens live on with the survivor's policies, and with those
 * of the groups it was in.
 *
 * Each entity is merged in one transaction, together with the survivor's item; a merge of several that a crash cut
 * short is finished by asking again.
 */

export interface MergeInput {
  readonly to_entity_id?: string | undefined;
  readonly from_entity_ids?: readonly string[] | undefined;
  readonly conflicting_alias_ids_to_keep?: readonly string[] | undefined;
  /** Where both sides have a key for one MFA method, the survivor's stays; without it such a merge is refused. */
  readonly force?: boolean | undefined;
}

/** Aliases and memberships that go with the transaction of a merge, four and two writes each; more are moved before. */
const ALIASES_ALONG = 12;
const MEMBERSHIPS_ALONG = 20;
const MEMBERSHIPS_BEFORE = 40;
/** Keys of second factors that the transaction of a merge removes. */
const FACTORS_ALONG = 6;

const TO_INVALID = "entity id to merge to is invalid";
const FROM_INVALID = "entity id to merge from is invalid";

const checked = (input: MergeInput) => {
  const toId = input.to_entity_id ?? "";
  if (toId === "") throw invalidRequest("missing entity id to merge to");
  const given = input.from_entity_ids ?? [];
  if (given.length === 0) throw invalidRequest("missing entity ids to merge from");
  return { toId, given, keep: new Set(input.conflicting_alias_ids_to_keep) };
};

export const createMerge = (options: {
  readonly store: Store;
  readonly crash: CrashPoint;
  readonly entities: Entities;
}) => {
  const { store, crash, entities } = options;

  /** An entity to merge; `done` when it was merged into this survivor before. */
  const from = async (id: string, survivor: string): Promise<Stored | "done"> => {
    const found = await entities.raw(id);
    if (found && "mergedInto" in found && found.mergedInto === survivor) return "done";
    if (!found || "mergedInto" in found || found.entity.removing) throw invalidRequest(FROM_INVALID);
    return found;
  };

  const survivorOf = async (id: string): Promise<Stored> => {
    const stored = await entities.load(id);
    if (!stored) throw invalidRequest(TO_INVALID);
    return stored;
  };

  /** Moves some aliases and drops those that lose; both items change together. */
  const moved = async (to: Stored, other: Stored, batch: readonly Alias[], lost: ReadonlySet<string>) => {
    const gone = [...to.entity.aliases, ...batch].filter((alias) => lost.has(alias.id));
    const coming = batch
      .filter((alias) => !lost.has(alias.id))
      .map(
        (alias): Alias => ({ ...alias, mergedFromCanonicalIds: [...alias.mergedFromCanonicalIds, other.entity.id] }),
      );
    const writes = [
      ...(await Promise.all(gone.map(entities.dropAlias))).flatMap(rowsOf),
      ...(await Promise.all(coming.map((alias) => entities.aliasRows(to.entity.id, alias, "any")))).flatMap(rowsOf),
    ];
    return { aliases: [...to.entity.aliases.filter((alias) => !lost.has(alias.id)), ...coming], writes };
  };

  /** The keys of second factors of both; where both have one for a method, the survivor's stays and the other goes. */
  const factors = (to: Entity, other: Entity) => {
    const [mine = {}, theirs = {}] = [to.mfaSecrets, other.mfaSecrets];
    const lost = Object.entries(theirs).flatMap(([method, id]) => (Object.hasOwn(mine, method) ? [id] : []));
    // More stay behind, where nothing names them any more.
    return { mfaSecrets: { ...theirs, ...mine }, writes: mfaRowsOf(lost.slice(0, FACTORS_ALONG)) };
  };

  /** Takes memberships from one entity to the other, with the rows by which the groups find their members. */
  const joined = (to: Entity, other: Entity, batch: readonly Membership[]) => {
    const mine = new Set(to.memberships.map(memberKey));
    const coming = batch.filter((one) => !mine.has(memberKey(one)));
    const writes: readonly Write[] = [
      ...batch.map((membership) => entities.dropMember(other.id, membership)),
      ...coming.map((membership) => entities.memberRow(to.id, membership)),
    ];
    return { memberships: [...to.memberships, ...coming], writes };
  };

  /** Moves beforehand what does not fit into one transaction. Answers whether there was any. */
  const lighten = async (to: Stored, other: Stored, lost: ReadonlySet<string>): Promise<boolean> => {
    const { entity } = other;
    if (entity.memberships.length > MEMBERSHIPS_ALONG) {
      const { memberships, writes } = joined(to.entity, entity, entity.memberships.slice(0, MEMBERSHIPS_BEFORE));
      await crash("identity.merge.memberships", () =>
        store.write([
          entities.update(to, { memberships }),
          entities.update(other, { memberships: entity.memberships.slice(MEMBERSHIPS_BEFORE) }),
          ...writes,
        ]),
      );
      return true;
    }
    if (entity.aliases.length <= ALIASES_ALONG) return false;
    const batch = entity.aliases.slice(0, ALIASES_ALONG);
    const { aliases, writes } = await moved(to, other, batch, lost);
    await crash("identity.merge.aliases", () =>
      store.write([
        entities.update(to, { aliases }),
        entities.update(other, { aliases: entity.aliases.slice(ALIASES_ALONG) }),
        ...writes,
      ]),
    );
    return true;
  };

  const mergeOne = (toId: string, id: string, keep: ReadonlySet<string>): Promise<void> =>
    untilSettled(async () => {
      for (;;) {
        const to = await survivorOf(toId);
        const other = await from(id, toId);
        if (other === "done") return;
        const { entity } = other;
        const lost = losers(to.entity, entity, keep);
        if (await lighten(to, other, lost)) continue;
        const { aliases, writes } = await moved(to, other, entity.aliases, lost);
        const { memberships, writes: memberRows } = joined(to.entity, entity, entity.memberships);
        const { mfaSecrets, writes: lostFactors } = factors(to.entity, entity);
        const mergedEntityIds = [...to.entity.mergedEntityIds, ...entity.mergedEntityIds, entity.id];
        const pointer = toSealed({ mergedInto: toId });
        await crash("identity.merge", async () =>
          store.write([
            entities.update(to, { aliases, memberships, mergedEntityIds, mfaSecrets, lastUpdateTime: entities.now() }),
            { op: "put", address: other.entry.address, body: pointer, when: { n: other.entry.n } },
            { op: "delete", address: await entities.nameAt(entity.name), when: "any" },
            { op: "delete", address: entityListAddress(entity.id), when: "any" },
            ...writes,
            ...memberRows,
            ...lostFactors,
          ]),
        );
        await shorten(entity.mergedEntityIds, toId);
        return;
      }
    });

  /** Those merged before lead straight to the new survivor; until then they lead there by way of the old one. */
  const shorten = async (ids: readonly string[], toId: string): Promise<void> => {
    for (let at = 0; at < ids.length; at += 100) {
      const body = toSealed({ mergedInto: toId });
      await store.write(
        ids.slice(at, at + 100).map((id): Write => ({ op: "put", address: entityAddress(id), body, when: "present" })),
      );
    }
  };

  /** The entities that are still to be merged. */
  const unmerged = async (ids: readonly string[], toId: string): Promise<readonly Entity[]> => {
    const others: Entity[] = [];
    for (const id of ids) {
      const other = await from(id, toId);
      if (other !== "done") others.push(other.entity);
    }
    return others;
  };

  /**
   * Throws with Vault's texts. `mayMerge` is asked for every entity before anything is written, and throws to refuse.
   */
  const merge = async (input: MergeInput, mayMerge: (found: Entity) => void): Promise<void> => {
    const { toId, given, keep } = checked(input);
    const to = await survivorOf(toId);
    if (given.length > 1 && keep.size > 1) {
      throw invalidRequest(
        "aliases conflicts cannot be resolved with multiple from entity ids - merge one entity at a time",
      );
    }
    const ids = [...new Set(given)];
    if (ids.includes(toId)) throw invalidRequest("to_entity_id should not be present in from_entity_ids");
    const others = await unmerged(ids, toId);
    // Some may be merged already, where a crash cut this same merge short; when all are, there is nothing to merge.
    if (others.length === 0) throw invalidRequest(FROM_INVALID);
    for (const entity of [to.entity, ...others]) mayMerge(entity);
    if (keep.size === 0) refuseClashes(to.entity, others);
    if (!input.force) refuseFactors(to.entity, others);
    for (const id of ids) await mergeOne(toId, id, keep);
  };

  return { merge };
};
