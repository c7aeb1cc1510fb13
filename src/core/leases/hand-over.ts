import { workThrough } from "../../std/pool.ts";
import { epochSeconds } from "../../std/time.ts";
import { leaseAddress } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import { RevocationFailed } from "./failures.ts";
import type { Revocation } from "./revocation.ts";
import type { Leases } from "./types.ts";

/**
 * The other end of a hand-over: leases of the mounts served here that another function found due.
 *
 * Security: an order ends nothing by itself. What it names is looked up, and ended only if the table says that its time
 * has come; so whoever can give orders can end no lease that lives.
 */

const WIDTH = 8;

export const createEndDue =
  (core: () => Core, revocation: Revocation): Leases["endDue"] =>
  async (tags, deadlineMs) => {
    const { store, clock, config } = core();
    await config.now();
    const one = async (tag: string): Promise<void> => {
      const [entry] = await store.get([leaseAddress(tag)]);
      const due = entry?.clear.exp;
      if (!entry || due === undefined || due > epochSeconds(clock.now())) return;
      try {
        await revocation.run(entry, false);
      } catch (cause) {
        // Recorded in the lease; whoever handed it over reads it there.
        if (!(cause instanceof RevocationFailed)) throw cause;
      }
    };
    await workThrough(tags, WIDTH, one, () => clock.now() < deadlineMs);
  };
