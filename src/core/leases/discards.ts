import type { Timer } from "../../std/timer.ts";
import type { Core } from "../core.ts";
import type { Revocation } from "./revocation.ts";
import type { Lease } from "./types.ts";

/**
 * Removes leases whose backend has revoked them, many in one call. A process that dies first leaves them claimed: they
 * are revoked once more, which does nothing, and removed then.
 */

const MOST = 25;
/** How long one waits for others. Far below a claim. */
const WAIT_MS = 250;

interface Waiting {
  readonly lease: Lease;
  readonly done: () => void;
}

export interface Discards {
  /** `done` is called when it is gone. */
  add(lease: Lease, done: () => void): void;
  /** Removes what waits now. Never throws: what could not be removed is due again when its claim lapses. */
  flush(): Promise<void>;
}

export const createDiscards = (
  core: () => Core,
  { revocation, timer }: { readonly revocation: Pick<Revocation, "removeAll">; readonly timer: Timer },
): Discards => {
  let waiting: Waiting[] = [];
  let cancel: (() => void) | undefined;
  const running = new Set<Promise<void>>();

  const remove = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await core().crash("lease.revoke.remove", () => revocation.removeAll(batch.map(({ lease }) => lease)));
      for (const { done } of batch) done();
    } catch (cause) {
      core().log("revoked leases could not be removed", { error: cause instanceof Error ? cause.name : "unknown" });
    }
  };

  const begin = (): void => {
    cancel?.();
    cancel = undefined;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    const one = remove(batch).finally(() => running.delete(one));
    running.add(one);
  };

  return {
    add: (lease, done) => {
      waiting.push({ lease, done });
      if (waiting.length >= MOST) begin();
      else cancel ??= timer(WAIT_MS, begin);
    },
    flush: async () => {
      begin();
      await Promise.all(running);
    },
  };
};
