import { OpenRefused } from "../crypto/index.ts";
import type { Clock } from "../std/time.ts";
import { translateCrypto } from "./errors.ts";
import { headOf } from "./item.ts";
import { keyText } from "./operation.ts";
import type { Found } from "./sealer.ts";
import type { Address } from "./store.ts";

/** What to make of spread entries that were read without one of their parts. */

/**
 * Reads of one write before it counts as damaged. A write number never comes back, so a part that is missing twice under
 * one number was not replaced by others. It may still be about to go with its entry: a partition is emptied item by item,
 * and so does DynamoDB remove what is past its TTL.
 */
const READS_OF_ONE_WRITE = 4;

export interface Tears {
  /**
   * The entries that another read may find whole. Leaves out those whose TTL has passed: what DynamoDB removes is gone.
   * Throws `internal` for one that lacks a part and that nobody has written meanwhile.
   */
  worthAnother(torn: readonly Found[]): readonly Address[];
}

/** One for each read of entries. */
export const createTears = (options: { readonly clock: Clock; readonly onRefused: (reason: string) => void }) => {
  const { clock, onRefused } = options;
  return (): Tears => {
    const met = new Map<string, { readonly n: number; readonly reads: number }>();
    const isWorthAnother = ({ address, item }: Found): boolean => {
      const { n, clear } = headOf(item);
      const before = met.get(keyText(address));
      const reads = before?.n === n ? before.reads + 1 : 1;
      met.set(keyText(address), { n, reads });
      if (reads < READS_OF_ONE_WRITE) return true;
      if (clear.ttl !== undefined && clear.ttl * 1000 <= clock.now()) return false;
      const reason = "a part is missing";
      onRefused(reason);
      throw translateCrypto(new OpenRefused(reason), `${address.pk} ${address.sk}`);
    };
    return { worthAnother: (torn) => torn.filter(isWorthAnother).map(({ address }) => address) };
  };
};
