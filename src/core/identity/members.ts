import { type CrashPoint, VaultError } from "../../framework/index.ts";
import { type RandomSource, randomText } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import type { Clock } from "../../std/time.ts";
import { DOMAINS, groupMemberAddress, groupPartition, memberPrefix } from "../../storage/keys.ts";
import type { Entry, Store, Write } from "../../storage/store.ts";
import { rowsIn } from "../config/settings.ts";
import type { Config, Snapshot } from "../config/types.ts";
import { fromSealed } from "../sealed.ts";
import { type Entities, untilSettled } from "./entities.ts";
import type { Entity, Group } from "./model.ts";

/**
 * Members of groups. A membership is stored with the entity, where requests read it, and as a row of the group, where
 * the members are read back; both are written together. It carries a generation, and only those of the group's current
 * generation count. So a list of any length is replaced at once: a few changes go into the transaction of the
 * definition, many are written under a new generation that the definition then names, and the old one is swept
 * afterwards.
 *
 * Security: a crash never leaves half a list in force. What a dead generation left behind grants nothing, and its
 * `group-sweep` item brings the next change of any group to sweep it.
 */

/** Changes that fit the transaction of a definition, besides the epoch. */
export const FEW = 25;
const BATCH = 45;
/** After this, unfinished staging is swept; no request lives that long. */
const STAGING_MS = 15 * 60_000;
const SWEEP = "group-sweep";

export interface Sweep {
  readonly group: string;
  readonly generation: string;
  /** The earliest moment to sweep it, in milliseconds since the epoch. */
  readonly due: number;
}

export const createMembers = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly config: Config;
  readonly crash: CrashPoint;
  readonly entities: Entities;
}) => {
  const { store, clock, random, config, crash, entities } = options;

  const newGeneration = (): string => randomText(random, 12);

  const rows = async (group: string, generation: string, limit?: number): Promise<readonly Entry[]> => {
    const found: Entry[] = [];
    const partition = { pk: groupPartition(group), domain: DOMAINS.identity };
    for await (const entry of store.all(partition, { prefix: memberPrefix(generation), page: limit })) {
      found.push(entry);
      if (found.length === limit) break;
    }
    return found;
  };

  const idOf = (entry: Entry): string => fromSealed<{ entity: string }>(entry.body).entity;

  /** Entity ids, sorted. */
  const list = async (group: Pick<Group, "id" | "generation">): Promise<readonly string[]> =>
    (await rows(group.id, group.generation)).map(idOf);

  const unknown = (id: string): VaultError =>
    new VaultError("invalid_request", { wire: `invalid entity ID ${shown(id)}`, multi: true });

  /** The entities by id. Throws `invalid_request` with Vault's text for an unknown id. */
  const check = async (ids: readonly string[]): Promise<ReadonlyMap<string, Entity>> => {
    const found = await entities.many(ids);
    const missing = ids.find((_, index) => !found[index]);
    if (missing !== undefined) throw unknown(missing);
    return new Map(found.flatMap((one) => (one ? [[one.entity.id, one.entity] as const] : [])));
  };

  /** Writes that add members to a generation and take others out, each with the entity's own. */
  const change = async (
    group: string,
    generation: string,
    added: readonly string[],
    removed: readonly string[],
  ): Promise<readonly Write[]> => {
    const membership = { group, generation };
    const isThis = (one: { group: string; generation: string }) => one.group === group && one.generation === generation;
    const found = await entities.many([...added, ...removed]);
    return [...added, ...removed].flatMap((id, index): readonly Write[] => {
      const stored = found[index];
      const others = stored?.entity.memberships.filter((one) => !isThis(one)) ?? [];
      if (index < added.length) {
        if (!stored) return [];
        return [entities.update(stored, { memberships: [...others, membership] }), entities.memberRow(id, membership)];
      }
      const row: Write = { op: "delete", address: groupMemberAddress(group, generation, id), when: "any" };
      return stored ? [entities.update(stored, { memberships: others }), row] : [row];
    });
  };

  /** Brings entities into a generation that does not count yet. Those gone meanwhile are left out. */
  const stage = async (group: string, generation: string, ids: readonly string[]): Promise<void> => {
    for (let at = 0; at < ids.length; at += BATCH) {
      const slice = ids.slice(at, at + BATCH);
      await untilSettled(async () => {
        const writes = await change(group, generation, slice, []);
        if (writes.length > 0) await crash("identity.members.stage", () => store.write(writes));
      });
    }
  };

  const sweepWrite = async (sweep: Omit<Sweep, "due">, due: number): Promise<Write> => {
    const name = `${sweep.group}/${sweep.generation}`;
    return config.row(SWEEP, name, { ...sweep, due }, "any");
  };

  const sweptWrite = (sweep: Omit<Sweep, "due">, when: "any" | "present"): Promise<Write> =>
    config.row(SWEEP, `${sweep.group}/${sweep.generation}`, undefined, when);

  /** Takes everybody out of a dead generation, then its item away. Idempotent. */
  const sweep = async (of: Omit<Sweep, "due">): Promise<void> => {
    const { group, generation } = of;
    for (let more = true; more; ) {
      await untilSettled(async () => {
        const ids = (await rows(group, generation, BATCH)).map(idOf);
        more = ids.length > 0;
        const writes = await change(group, generation, [], ids);
        if (writes.length > 0) await crash("identity.members.sweep", () => store.write(writes));
      });
    }
    await config.change([await sweptWrite(of, "any")]);
  };

  /** Dead generations whose time has come. */
  const dueSweeps = (snapshot: Snapshot): readonly Sweep[] =>
    rowsIn(snapshot, SWEEP)
      .map(([, value]) => fromSealed<Sweep>(value))
      .filter(({ due }) => due <= clock.now());

  return {
    newGeneration,
    list,
    check,
    change,
    stage,
    sweep,
    dueSweeps,
    /** Noted before staging, so that a crash leaves a trace. */
    staging: (of: Omit<Sweep, "due">) => sweepWrite(of, clock.now() + STAGING_MS),
    /** Noted with the definition that no longer names the generation. */
    retired: (of: Omit<Sweep, "due">) => sweepWrite(of, clock.now()),
    /** Fails where another process has taken the staging for dead. */
    staged: (of: Omit<Sweep, "due">) => sweptWrite(of, "present"),
  };
};

export type Members = ReturnType<typeof createMembers>;
