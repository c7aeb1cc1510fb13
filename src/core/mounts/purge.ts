import type { MountId } from "../../std/brand.ts";
import { workThrough } from "../../std/pool.ts";
import {
  dataPartition,
  leaseListingPartitions,
  listingPartition,
  opaqueRecordPartition,
  scheduleAddress,
} from "../../storage/keys.ts";
import type { Core } from "../core.ts";

/**
 * Removes what is left of a mount that is gone. Its keys are emptied first: from then on nobody can open what they
 * sealed, whatever a copy of the table still holds. Its items follow, found by sort keys alone. It may stop anywhere
 * and be run again.
 */

const WIDTH = 8;

/** `true` when nothing is left; `false` when the deadline came first. */
export const purgeMount = async (core: Core, mount: MountId, deadlineMs: number): Promise<boolean> => {
  const { store, clock } = core;
  const inTime = () => clock.now() < deadlineMs;
  await core.crash("mount.shred", () => store.shred(mount));
  const listing = listingPartition(mount);
  // A record's partition is named by the sort key of its listing entry, which therefore goes last.
  for await (const keys of store.sortKeys(listing)) {
    const whole = await workThrough(keys, WIDTH, (sk) => store.wipe(opaqueRecordPartition(mount, sk)), inTime);
    if (!whole) return false;
  }
  for (const pk of [listing, dataPartition(mount), ...leaseListingPartitions(mount)]) {
    if (!inTime()) return false;
    await core.crash("mount.wipe", () => store.wipe(pk));
  }
  await store.write([{ op: "delete", address: scheduleAddress(`mount:${mount}`), when: "any" }]);
  return true;
};
