import { isToken } from "../../storage/keys.ts";
import type { Due, Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { backendOf } from "../request/context.ts";
import { fromSealed } from "../sealed.ts";
import { isRevoked } from "../tokens/lifetime.ts";
import type { Token } from "../tokens/types.ts";
import type { Discards } from "./discards.ts";
import { isMendable, RevocationFailed } from "./failures.ts";
import { leaseOf } from "./items.ts";
import type { Task, TaskResult } from "./lanes.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Revocation } from "./revocation.ts";
import type { Lease } from "./types.ts";

/**
 * Ending one item that is due, as a task of a lane: a lease in the lane of its target, a token in the lane of tokens,
 * which wait for nothing but the table. A task says how its target did, and counts what became of the item.
 */

const TOKENS = "tokens";

export interface Count {
  revoked: number;
  failed: number;
  /** The end, in epoch seconds, that is longest ago among leases whose revocation failed and is tried again. */
  oldestFailed: number | undefined;
}

/** What a task tells of. */
export interface Told {
  readonly count: Count;
  /** Tried and neither ended nor moved in the index. */
  readonly passed: Set<string>;
  readonly ended: (key: string, exp: number) => void;
}

export type TaskOf = (entry: Entry, due: Due, key: string) => Promise<Task>;

export const createTasks = (
  core: () => Core,
  parts: { readonly revocation: Revocation; readonly listing: LeaseIndex; readonly discards: Discards },
) => {
  const { revocation, listing, discards } = parts;

  /** The mount's lane, or one of several where its backend tells targets apart. */
  const laneOf = async (lease: Lease): Promise<string> => {
    const mount = await listing.mountOf(lease);
    const target = mount && (await backendOf(core(), mount))?.leases?.[lease.type]?.target;
    return target ? `${lease.mountId} ${target(lease.internal)}` : lease.mountId;
  };

  const endToken = async (entry: Entry): Promise<void> => {
    const token = fromSealed<Token>(entry.body);
    if (isRevoked(token)) await core().tokens.cleanUp(token);
    else await core().tokens.revoke(token.tag, entry);
  };

  /** The lease has a new end by now. */
  const failed = (lease: Lease, cause: RevocationFailed, { count }: Told): TaskResult => {
    count.failed += 1;
    if (lease.state !== "irrevocable") {
      count.oldestFailed = Math.min(count.oldestFailed ?? lease.expires, lease.expires);
    }
    return isMendable(cause.cause) ? "trouble" : "well";
  };

  const endLease = async (entry: Entry, { exp }: Due, key: string, told: Told): Promise<TaskResult> => {
    const done = (): void => {
      told.ended(key, exp);
      told.count.revoked += 1;
    };
    try {
      let isWaiting = false;
      const outcome = await revocation.run(entry, false, (lease) => {
        isWaiting = true;
        discards.add(lease, done);
      });
      if (outcome !== "revoked") told.passed.add(key);
      // The function that serves its mount removed it.
      else if (!isWaiting) done();
      return "well";
    } catch (cause) {
      if (cause instanceof RevocationFailed) return failed(leaseOf(entry), cause, told);
      throw cause;
    }
  };

  return (told: Told): TaskOf => {
    /** What it throws leaves the item where it is: it was the table or the item, and says nothing of the target. */
    const guarded = (key: string, end: () => Promise<TaskResult>) => async (): Promise<TaskResult> => {
      try {
        return await end();
      } catch (cause) {
        told.count.failed += 1;
        told.passed.add(key);
        core().log("sweeper could not end an item", { error: cause instanceof Error ? cause.name : "unknown" });
        return "well";
      }
    };

    return async (entry, due, key) => {
      if (!isToken(entry.address)) {
        const lane = await laneOf(leaseOf(entry));
        return { key, lane, run: guarded(key, () => endLease(entry, due, key, told)) };
      }
      const end = async (): Promise<TaskResult> => {
        await endToken(entry);
        told.ended(key, due.exp);
        told.count.revoked += 1;
        return "well";
      };
      return { key, lane: TOKENS, run: guarded(key, end) };
    };
  };
};
