import { workThrough } from "../../std/pool.ts";
import { untilWritten } from "../../storage/change.ts";
import { leaseAddress, tokenAddress } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import { placeOf } from "../jobs/place.ts";
import { createTally } from "../quotas/tally.ts";
import { fromSealed } from "../sealed.ts";
import type { FoundRow, LeaseIndex } from "./listing.ts";
import type { Lease } from "./types.ts";

/**
 * Looks at every row once: those that lead nowhere go, leases whose token is gone end now, and the counters of
 * lease-count rules are held against the rows. A job: it reads an item for each row, so it continues where the last turn
 * stopped, in the function that may read the expiry index.
 */

const WIDTH = 8;

/** Starts it unless it is running; returns whether it started. */
export const beginTidy = async (core: Core): Promise<boolean> => {
  const running = (await core.jobs.list()).some(({ kind, state }) => kind === "tidy" && state === "running");
  if (!running) await core.store.write([core.jobs.begin("tidy", {}).write]);
  return !running;
};

export const tidyJob =
  (
    core: () => Core,
    parts: { readonly listing: LeaseIndex; readonly expireNow: (id: string) => Promise<void> },
  ): JobHandler =>
  async (job, deadlineMs) => {
    const { store, clock, leaseCounts } = core();
    let handled = 0;
    let last = placeOf(job.input);
    const tally =
      last === undefined ? await createTally(core()).begin() : createTally(core()).resume(job.input["tally"]);

    const drop = async (row: FoundRow): Promise<void> => {
      await untilWritten(async () => store.write(await leaseCounts.leaving(row.address)));
      handled++;
    };

    const one = async (row: FoundRow): Promise<void> => {
      tally.add(row.counted);
      const address = row.token === undefined ? leaseAddress(row.lease ?? "") : tokenAddress(row.token);
      const [item] = await store.get([address]);
      if (!item) return drop(row);
      if (row.token !== undefined) return;
      const lease = fromSealed<Lease>(item.body);
      if (lease.token === "" || (await store.get([tokenAddress(lease.token)]))[0]) return;
      await parts.expireNow(lease.id);
      handled++;
    };

    async function* noting(): AsyncGenerator<FoundRow> {
      for await (const row of parts.listing.all(last)) {
        yield row;
        last = { pk: row.address.pk, sk: row.address.sk };
      }
    }

    const done = await workThrough(noting(), WIDTH, one, () => clock.now() < deadlineMs);
    if (done) handled += await tally.mend();
    const further = { ...job.input, tally: tally.kept() };
    return { done, handled, input: last ? { ...further, after: { ...last } } : job.input };
  };
