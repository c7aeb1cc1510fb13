import { workThrough } from "../../std/pool.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import { placeOf } from "../jobs/place.ts";
import type { FoundRow, LeaseIndex } from "../leases/listing.ts";
import { countersOf } from "./lease-counts.ts";

/**
 * After a change of the rules: every lease is counted by the rule that holds for it now, one transaction each, so it may
 * stop anywhere and go on. New leases are counted by the new rules from the change on; only who read the configuration
 * before it may still count by the old ones, so a pass that began while such a request may run is followed by another.
 */

const WIDTH = 8;
/** Longer than any request. */
const SETTLED_MS = 30_000;

const goneIn = (gone: unknown): readonly string[] => (Array.isArray(gone) ? gone.map(String) : []);

export const recountJob =
  (core: () => Core, listing: LeaseIndex): JobHandler =>
  async (job, deadlineMs) => {
    const { store, clock, config, leaseCounts } = core();
    await config.now();
    let last = placeOf(job.input);
    const began = last === undefined ? clock.now() : Number(job.input["began"]);
    let handled = 0;
    const one = async (row: FoundRow): Promise<void> => {
      if (await leaseCounts.recount(row.address)) handled++;
    };
    async function* noting(): AsyncGenerator<FoundRow> {
      for await (const row of listing.all(last)) {
        yield row;
        last = { pk: row.address.pk, sk: row.address.sk };
      }
    }
    const whole = await workThrough(noting(), WIDTH, one, () => clock.now() < deadlineMs);
    if (!whole) return { done: false, handled, input: { ...job.input, ...(last && { after: last }), began } };
    const { after: _, began: __, ...again } = job.input;
    if (began < job.startedMs + SETTLED_MS) return { done: false, handled, input: again };
    for (const rule of goneIn(job.input["gone"])) {
      await store.write(countersOf(rule).map((address) => ({ op: "delete", address, when: "any" })));
    }
    return { done: true, handled };
  };
