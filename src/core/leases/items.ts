import type { EpochSeconds } from "../../std/brand.ts";
import { epochSeconds } from "../../std/time.ts";
import { DOMAINS, leaseAddress } from "../../storage/keys.ts";
import { type Clear, type Condition, ConditionFailed, type Entry, type Put } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { ending } from "./expiry.ts";
import type { Lease } from "./types.ts";

/** The items of leases: read, and written under the condition that nobody wrote in between. */

export interface LeaseItems {
  now(): EpochSeconds;
  tag(id: string): Promise<string>;
  read(id: string): Promise<Entry | undefined>;
  /** A write of the item, due at `due` in the expiry index. */
  put(lease: Lease, due: EpochSeconds, when: Condition): Promise<Put>;
  /**
   * Reads, asks what shall become of it, writes; asks again when somebody was first. `edit` answers nothing to leave it
   * as it is, and throws to refuse. Answers the lease as it then is; nothing where there is none.
   */
  change(
    id: string,
    edit: (lease: Lease, clear: Clear) => { readonly lease: Lease; readonly due: EpochSeconds } | undefined,
  ): Promise<Lease | undefined>;
}

export const leaseOf = (entry: Entry): Lease => fromSealed<Lease>(entry.body);

export const createLeaseItems = (core: () => Core): LeaseItems => {
  const tag = async (id: string): Promise<string> => (await core().store.names(DOMAINS.lease)).tag(id);
  const read = async (id: string): Promise<Entry | undefined> =>
    (await core().store.get([leaseAddress(await tag(id))]))[0];

  const put = async (lease: Lease, due: EpochSeconds, when: Condition): Promise<Put> => {
    const own = await tag(lease.id);
    return { op: "put", address: leaseAddress(own), body: toSealed(lease), clear: ending(due, own), when };
  };

  const change: LeaseItems["change"] = async (id, edit) => {
    for (;;) {
      const entry = await read(id);
      if (!entry) return undefined;
      const before = leaseOf(entry);
      const next = edit(before, entry.clear);
      if (!next) return before;
      try {
        await core().store.write([await put(next.lease, next.due, { n: entry.n })]);
        return next.lease;
      } catch (cause) {
        if (!(cause instanceof ConditionFailed)) throw cause;
      }
    }
  };

  return { now: () => epochSeconds(core().clock.now()), tag, read, put, change };
};
