import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../../../src/contract/table.ts";
import type { Item, Key } from "../../../src/storage/operation.ts";
import { keyText } from "../../../src/storage/operation.ts";
import { withRecent } from "../../../src/storage/recent.ts";
import type { Table } from "../../../src/storage/table.ts";

/**
 * What becomes of one item that is read very often. The environments, the partition and time are simulated; what an
 * environment keeps is the product's own code (`src/storage/recent.ts`).
 *
 * A partition answers 3,000 strongly consistent reads a second of an item up to 4 KB (DynamoDB Developer Guide, "Best
 * practices for designing and using partition keys"). Unused capacity that DynamoDB may lend for a while is left out: a
 * load that stays does not have it. A throttled read counts once; the product would try it again.
 */

export interface HotRun {
  /** Requests a second, spread at random. */
  readonly rate: number;
  readonly seconds: number;
  /** How long a request keeps its environment. */
  readonly requestMs: number;
  /** `zeroth:readCacheMs`. */
  readonly readCacheMs: number;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

export interface HotOutcome {
  /** Environments in use at once, at most. */
  readonly environments: number;
  /** Reads a second that went to the table. */
  readonly reads: number;
  /** Share of requests whose read was throttled. */
  readonly throttled: number;
}

export const READS_A_SECOND = 3000;

const HOT: Key & { readonly mayBeRecent: true } = { pk: "rec#hot", sk: "m", mayBeRecent: true };
const ITEM: Item = {
  [PARTITION_KEY]: { S: HOT.pk },
  [SORT_KEY]: { S: HOT.sk },
  [ATTRIBUTES.body]: { B: Buffer.alloc(1024) },
};

class Throttled extends Error {}

const refused = (): never => {
  throw new Error("the simulation only reads");
};

/** One item, behind a bucket that refills with time. */
const partition = (now: () => number) => {
  let units = READS_A_SECOND;
  let at = now();
  let reads = 0;
  const take = (): void => {
    const elapsed = now() - at;
    at = now();
    // What one second brings is the most that is saved up.
    units = Math.min(READS_A_SECOND, units + (elapsed * READS_A_SECOND) / 1000);
    reads += 1;
    if (units < 1) throw new Throttled();
    units -= 1;
  };
  const table: Table = {
    read: async (keys) => {
      for (const _ of keys) take();
      return new Map(keys.map((key) => [keyText(key), ITEM]));
    },
    apply: refused,
    remove: refused,
    range: refused,
    wipe: refused,
    due: refused,
    allDue: refused,
    discard: refused,
  };
  return { table, reads: () => reads };
};

export const simulateHot = async ({ rate, seconds, requestMs, readCacheMs, random }: HotRun): Promise<HotOutcome> => {
  let now = 0;
  const clock = { now: () => now };
  const { table, reads } = partition(clock.now);
  const environment = () => ({
    table: readCacheMs > 0 ? withRecent(table, { clock, maxAgeMs: readCacheMs }) : table,
    freeAt: 0,
  });
  const environments = [environment()];
  let throttled = 0;
  const all = rate * seconds;
  for (let request = 0; request < all; request++) {
    // Times between requests that come independently of each other.
    now += (-Math.log(1 - random()) * 1000) / rate;
    let free = environments.find(({ freeAt }) => freeAt <= now);
    if (!free) {
      free = environment();
      environments.push(free);
    }
    free.freeAt = now + requestMs;
    try {
      await free.table.read([HOT]);
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      throttled += 1;
    }
  }
  return { environments: environments.length, reads: reads() / (now / 1000), throttled: throttled / all };
};
