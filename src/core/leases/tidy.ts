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
 * lease-count rules are held against the rows. A job: it reads an item for each row, a hundred in one call, so it continues where the last turn
 * stopped, in the function that may read the expiry index.
 */

/** Batches side by side. */
const WIDTH = 8;
/** Rows whose items are read in one call. */
const BATCH = 100;

const itemOf = ({ token, lease }: FoundRow) => (token === undefined ? leaseAddress(lease ?? "") : tokenAddress(token));

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

    /** Leases whose token is gone. The tokens are read after the leases: none of them is older than what it holds. */
    const orphansIn = async (leases: readonly Lease[]): Promise<readonly Lease[]> => {
      const held = leases.filter(({ token }) => token !== "");
      const holders = await store.get(held.map(({ token }) => tokenAddress(token)));
      return held.filter((_, index) => !holders[index]);
    };

    const some = async (rows: readonly FoundRow[]): Promise<void> => {
      const items = await store.get(rows.map(itemOf));
      const leases: Lease[] = [];
      for (const [index, row] of rows.entries()) {
        tally.add(row.counted);
        const item = items[index];
        if (!item) await drop(row);
        else if (row.token === undefined) leases.push(fromSealed<Lease>(item.body));
      }
      for (const { id } of await orphansIn(leases)) {
        await parts.expireNow(id);
        handled++;
      }
    };

    async function* batches(): AsyncGenerator<readonly FoundRow[]> {
      let rows: FoundRow[] = [];
      for await (const row of parts.listing.all(last)) {
        rows.push(row);
        if (rows.length < BATCH) continue;
        yield rows;
        last = { pk: row.address.pk, sk: row.address.sk };
        rows = [];
      }
      const end = rows.at(-1);
      if (!end) return;
      yield rows;
      last = { pk: end.address.pk, sk: end.address.sk };
    }

    const done = await workThrough(batches(), WIDTH, some, () => clock.now() < deadlineMs);
    if (done) handled += await tally.mend();
    const further = { ...job.input, tally: tally.kept() };
    return { done, handled, input: last ? { ...further, after: { ...last } } : job.input };
  };
