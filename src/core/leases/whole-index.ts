import type { Due, ShardedDue } from "../../storage/store.ts";
import type { Core } from "../core.ts";

/**
 * The expiry index while it is little: all of it in one call, whatever ends when, in place of one call for each minute
 * and shard. An idle sweeper so costs next to nothing, and a page of that size still costs less than those calls.
 */

/** As many entries are no longer little. A key takes some 200 bytes, so a full page is 6.5 read units. */
const MOST = 250;
/** For so long an index that was not little is not asked again. */
const MANY_MS = 600_000;

export interface WholeIndex {
  /** By shard; `undefined` where it is not little. */
  read(): Promise<ReadonlyMap<number, readonly Due[]> | undefined>;
  /** As it was when it was read last. */
  isLittle(): boolean;
}

export const createWholeIndex = (core: () => Core): WholeIndex => {
  let manyUntilMs = 0;
  const isLittle = (): boolean => core().clock.now() >= manyUntilMs;

  const byShard = (all: readonly ShardedDue[]): ReadonlyMap<number, readonly Due[]> => {
    const shards = new Map<number, Due[]>();
    for (const due of all) {
      const own = shards.get(due.shard) ?? [];
      own.push(due);
      shards.set(due.shard, own);
    }
    return shards;
  };

  return {
    isLittle,
    read: async () => {
      if (!isLittle()) return undefined;
      const all = await core().store.allDue(MOST);
      if (!all) manyUntilMs = core().clock.now() + MANY_MS;
      return all && byShard(all);
    },
  };
};
