import { EXPIRY_SHARDS } from "../../contract/table.ts";
import { change, leave } from "../../storage/change.ts";
import { sweeperMarkAddress } from "../../storage/keys.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { fromSealed } from "../sealed.ts";

/**
 * How far the sweeper has come: for each shard of the expiry index a time, in epoch seconds, before which nothing is
 * left to do. It never goes back. One entry for all shards, so that any process may take over any of them.
 */

interface Marks {
  /** The earliest of them. */
  readonly at: number;
  readonly shards?: readonly number[];
}

const marksOf = (entry: Entry | undefined): Marks | undefined => entry && fromSealed<Marks>(entry.body);

const ofShard = (marks: Marks, shard: number): number => marks.shards?.[shard] ?? marks.at;

/** Where a shard's sweep begins. */
export interface Mark {
  of(shard: number): number;
  /** The table was never swept: it begins now. */
  readonly isNew: boolean;
}

export interface Watermark {
  read(now: number): Promise<Mark>;
  /** Moves shards forward; those of other processes stay as they are. Writes only where something moves. */
  advance(reached: ReadonlyMap<number, number>, now: number): Promise<void>;
}

export const createWatermark = (core: () => Core): Watermark => ({
  read: async (now) => {
    const marks = marksOf((await core().store.get([sweeperMarkAddress]))[0]);
    return { of: (shard) => (marks ? Math.min(ofShard(marks, shard), now) : now), isNew: marks === undefined };
  },
  advance: async (reached, now) => {
    await change<void>(core().store, sweeperMarkAddress, (entry) => {
      const before = marksOf(entry);
      const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) =>
        Math.max(before ? ofShard(before, shard) : now, reached.get(shard) ?? 0),
      );
      if (before && shards.every((at, shard) => at === ofShard(before, shard))) return leave(undefined);
      return { op: "put", body: { at: Math.min(...shards), shards }, result: undefined };
    });
  },
});
