import type { EpochSeconds } from "../../std/brand.ts";
import { epochSeconds } from "../../std/time.ts";
import { change, leave, tryWrite } from "../../storage/change.ts";
import { DOMAINS, leaseAddress } from "../../storage/keys.ts";
import type { Clear, Condition, Entry, Put, Store } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { ending } from "./expiry.ts";
import type { Lease } from "./types.ts";

/** The items of leases: read, and written under the condition that nobody wrote in between. */

export interface LeaseItems {
  now(): EpochSeconds;
  tag(id: string): Promise<string>;
  read(id: string, read?: Store["get"]): Promise<Entry | undefined>;
  /** A write of the item, due at `due` in the expiry index. */
  put(lease: Lease, due: EpochSeconds, when: Condition): Promise<Put>;
  /** Writes over what was read; `false` when somebody else came first. */
  replace(entry: Entry, lease: Lease, due: EpochSeconds): Promise<boolean>;
  /**
   * Reads the item, asks `decide` what to write, and writes it; asks again when another write came first. `decide`
   * answers nothing to leave the item as it is, and throws to refuse. Answers the lease as it is afterwards; nothing
   * where there is none. `seen`: the item as it was read already.
   */
  change(
    id: string,
    decide: (lease: Lease, clear: Clear) => { readonly lease: Lease; readonly due: EpochSeconds } | undefined,
    seen?: Entry,
  ): Promise<Lease | undefined>;
}

export const leaseOf = (entry: Entry): Lease => fromSealed<Lease>(entry.body);

export const createLeaseItems = (core: () => Core): LeaseItems => {
  const tag = async (id: string): Promise<string> => (await core().store.names(DOMAINS.lease)).tag(id);
  const read: LeaseItems["read"] = async (id, get = core().store.get) => (await get([leaseAddress(await tag(id))]))[0];

  const put = async (lease: Lease, due: EpochSeconds, when: Condition): Promise<Put> => {
    const own = await tag(lease.id);
    return { op: "put", address: leaseAddress(own), body: toSealed(lease), clear: ending(due, own), when };
  };

  const edit: LeaseItems["change"] = async (id, decide, seen) => {
    const own = await tag(id);
    return change<Lease | undefined>(
      core().store,
      leaseAddress(own),
      (entry) => {
        if (!entry) return leave(undefined);
        const before = leaseOf(entry);
        const next = decide(before, entry.clear);
        if (!next) return leave(before);
        return { op: "put", body: toSealed(next.lease), clear: ending(next.due, own), result: next.lease };
      },
      { seen },
    );
  };

  return {
    now: () => epochSeconds(core().clock.now()),
    tag,
    read,
    put,
    replace: async (entry, lease, due) => tryWrite(core().store, [await put(lease, due, { n: entry.n })]),
    change: edit,
  };
};
