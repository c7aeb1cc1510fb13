import type { Clock } from "../std/time.ts";
import { OpenRefused } from "./errors.ts";

/** Where wrapped keys come from: the shelf they are stored on, and which of them a domain works with. */

/** The index key of a domain, or a version of its data key. */
export interface WrappedKey<Use extends "index" | number = "index" | number> {
  readonly use: Use;
  readonly wrapped: Uint8Array;
}

/** What a domain works with, wrapped. */
export interface NewestKeys {
  readonly index: WrappedKey<"index">;
  readonly data: WrappedKey<number>;
}

/** Where wrapped keys are stored. Implemented by storage. */
export interface KeyShelf {
  /** The index key and the newest data key; both or neither exist. */
  newest(domain: string): Promise<{ readonly [K in keyof NewestKeys]?: NewestKeys[K] | undefined }>;
  /** The same of many domains in one read, as far as the shelf has them together. */
  together(): Promise<ReadonlyMap<string, NewestKeys>>;
  version(domain: string, version: number): Promise<WrappedKey<number> | undefined>;
  /** All of them, or none: `false` when one exists already. `newest` is what the domain works with from then on. */
  add(domain: string, keys: readonly WrappedKey[], newest: NewestKeys): Promise<boolean>;
  /** Empties every key of the domain and leaves its place taken: a domain that lost its keys never gets new ones. */
  empty(domain: string): Promise<void>;
}

/** How long keys stay in memory after they were read wrapped. */
const MAX_AGE_MS = 15 * 60 * 1000;

export const lostKey = (domain: string): OpenRefused => new OpenRefused(`domain ${domain} has lost a wrapped key`);

/**
 * Finds what a domain works with: among what the shelf has together, read once for all domains, or in the domain's own
 * rows. Throws `OpenRefused` where the domain has no keys, or has lost one.
 */
export const createNewestKeys = ({ shelf, clock }: { readonly shelf: KeyShelf; readonly clock: Clock }) => {
  let together: { readonly readAt: number; readonly keys: Promise<Map<string, NewestKeys>> } | undefined;

  const isYoung = (readAt: number): boolean => {
    const age = clock.now() - readAt;
    return age >= 0 && age < MAX_AGE_MS;
  };

  const readTogether = () => {
    if (together && isYoung(together.readAt)) return together;
    const mine = { readAt: clock.now(), keys: shelf.together().then((found) => new Map(found)) };
    together = mine;
    mine.keys.catch(() => {
      if (together === mine) together = undefined;
    });
    return mine;
  };

  const inRows = async (domain: string): Promise<NewestKeys> => {
    const { index, data } = await shelf.newest(domain);
    if (index === undefined && data === undefined) throw new OpenRefused(`domain ${domain} has no keys`);
    if (index === undefined || data === undefined) throw lostKey(domain);
    return { index, data };
  };

  return {
    inRows,
    isYoung,
    /** What is read next is what the table has then. */
    forget: (): void => {
      together = undefined;
    },
    /** Whose keys the shelf has together and nobody has asked for yet. */
    unasked: async (): Promise<readonly string[]> => [...(await readTogether().keys).keys()],
    /** What the shelf has together serves once: whoever asks again wants to know what is newest now. */
    of: async (domain: string): Promise<NewestKeys & { readonly readAt: number }> => {
      const { readAt, keys } = readTogether();
      const known = await keys;
      const found = known.get(domain);
      if (found && isYoung(readAt)) {
        known.delete(domain);
        return { ...found, readAt };
      }
      const now = clock.now();
      return { ...(await inRows(domain)), readAt: now };
    },
  };
};
