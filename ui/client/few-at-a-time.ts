import { workThrough } from "../../src/std/pool.ts";

/** Calls for many things, where the API answers for one at a time. */

const AT_ONCE = 6;

/** Takes no more once `go` says no. */
export const fewAtATime = async <T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  go?: () => boolean,
): Promise<void> => {
  await workThrough(items, AT_ONCE, work, go);
};

/** What was read for each, in the order of the items. */
export const readEach = async <T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> => {
  const found: R[] = [];
  await fewAtATime(items.entries(), async ([at, item]) => {
    found[at] = await read(item);
  });
  return found;
};
