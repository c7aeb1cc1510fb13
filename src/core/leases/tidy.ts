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
 * lease-count rules are held against the rows. A job: it reads an item for each row, a hundred in one call, so it
 * continues where the last turn stopped, in the function that may read the expiry index.
 */

/** Batches side by side. */
const WIDTH = 8;
/** Rows whose items are read in one call. */
const BATCH = 100;

interface Batch {
  readonly number: number;
  readonly rows: readonly FoundRow[];
}

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
    const hasTime = (): boolean => clock.now() < deadlineMs;
    let handled = 0;
    let last = placeOf(job.input);
    const tally =
      last === undefined ? await createTally(core()).begin() : createTally(core()).resume(job.input["tally"]);

    const drop = async (row: FoundRow): Promise<void> => {
      await untilWritten(async () => store.write(await leaseCounts.leaving(row.address)));
      handled++;
    };

    const end = async ({ id }: Lease): Promise<void> => {
      await parts.expireNow(id);
      handled++;
    };

    /** Leases whose token is gone. The tokens are read after the leases: none of them is older than what it holds. */
    const orphansIn = async (leases: readonly Lease[]): Promise<readonly Lease[]> => {
      const held = leases.filter(({ token }) => token !== "");
      const holders = await store.get(held.map(({ token }) => tokenAddress(token)));
      return held.filter((_, index) => !holders[index]);
    };

    /** Answers whether there was time for all of them; what is left is done when they are looked at next. */
    const handle = async (rows: readonly FoundRow[]): Promise<boolean> => {
      const items = await store.get(rows.map(itemOf));
      const leases = items.flatMap((item, index) =>
        item && rows[index]?.token === undefined ? [fromSealed<Lease>(item.body)] : [],
      );
      const gone = rows.filter((_, index) => !items[index]);
      return (await workThrough(gone, 1, drop, hasTime)) && workThrough(await orphansIn(leases), 1, end, hasTime);
    };

    /** Batches that are done, by number, until all before them are. */
    const waiting = new Map<number, readonly FoundRow[]>();
    let passed = 0;
    /** Rows are passed in their order, each once: what the next turn looks at again is not counted yet. */
    const pass = (): void => {
      for (let rows = waiting.get(passed); rows; rows = waiting.get(passed)) {
        waiting.delete(passed);
        passed++;
        for (const { counted } of rows) tally.add(counted);
        const address = rows.at(-1)?.address;
        if (address) last = { pk: address.pk, sk: address.sk };
      }
    };

    async function* batches(): AsyncGenerator<Batch> {
      let [number, rows]: [number, FoundRow[]] = [0, []];
      for await (const row of parts.listing.all(last)) {
        rows.push(row);
        if (rows.length < BATCH) continue;
        yield { number, rows };
        number++;
        rows = [];
      }
      if (rows.length > 0) yield { number, rows };
    }

    let whole = true;
    const work = async ({ number, rows }: Batch): Promise<void> => {
      if (await handle(rows)) {
        waiting.set(number, rows);
        pass();
      } else whole = false;
    };

    const done = (await workThrough(batches(), WIDTH, work, hasTime)) && whole;
    if (done) handled += await tally.mend();
    const further = { ...job.input, tally: tally.kept() };
    return { done, handled, input: last ? { ...further, after: { ...last } } : job.input };
  };
