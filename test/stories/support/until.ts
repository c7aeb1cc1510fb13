import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits for what another process does in its own time, and answers what was found. `found` answers `undefined` while it
 * is not there; an error it throws counts as that.
 */
export const until = async <T>(what: string, found: () => Promise<T | undefined>, seconds = 120): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await found();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    await wait(50);
  }
  throw new Error(`not seen within ${seconds} s: ${what}`, { cause: last });
};
