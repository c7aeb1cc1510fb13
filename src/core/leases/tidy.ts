import { workThrough } from "../../std/pool.ts";
import { leaseAddress, tokenAddress } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import { fromSealed } from "../sealed.ts";
import type { FoundRow, LeaseIndex } from "./listing.ts";
import type { Lease } from "./types.ts";

/** Looks at every row once: those that lead nowhere go, and leases whose token is gone end now. */

const WIDTH = 8;

export const createTidy =
  (core: () => Core, parts: { readonly listing: LeaseIndex; readonly expireNow: (id: string) => Promise<void> }) =>
  async (deadlineMs: number): Promise<void> => {
    const { store, clock, config, log } = core();
    let removed = 0;
    let ended = 0;

    const drop = async (row: FoundRow): Promise<void> => {
      await store.write([{ op: "delete", address: row.address, when: "any" }]);
      removed++;
    };

    const one = async (row: FoundRow): Promise<void> => {
      const address = row.token === undefined ? leaseAddress(row.lease ?? "") : tokenAddress(row.token);
      const [item] = await store.get([address]);
      if (!item) return drop(row);
      if (row.token !== undefined) return;
      const lease = fromSealed<Lease>(item.body);
      if (lease.token === "" || (await store.get([tokenAddress(lease.token)]))[0]) return;
      await parts.expireNow(lease.id);
      ended++;
    };

    for (const mount of (await config.snapshot()).mounts.values()) {
      await workThrough(parts.listing.ofMount(mount.info.id), WIDTH, one, () => clock.now() < deadlineMs);
    }
    log("leases tidied", { removed, ended, whole: clock.now() < deadlineMs });
  };
