import type { Write } from "../../storage/store.ts";
import { rowsIn } from "../config/settings.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { fromSealed } from "../sealed.ts";
import { mostSpecific, type Placed, placed, type StoredPlace } from "./places.ts";

/** Lease-count rules as configured at `sys/quotas/lease-count`, and which one counts a lease. */

export interface StoredLeaseRule extends StoredPlace {
  readonly name: string;
  /** Names its counter. New when the rule holds for something else than before: then leases are counted again. */
  readonly id: string;
  readonly maxLeases: number;
  readonly inheritable: boolean;
}

export type LeaseRule = StoredLeaseRule & Placed;

const known = new WeakMap<Snapshot, readonly LeaseRule[]>();

/** The rules in force, as for rate limits. */
export const leaseRulesOf = (snapshot: Snapshot): readonly LeaseRule[] => {
  const cached = known.get(snapshot);
  if (cached) return cached;
  const rules = placed(
    snapshot,
    rowsIn(snapshot, "lease-quota").map(([, value]) => fromSealed<StoredLeaseRule>(value)),
  );
  known.set(snapshot, rules);
  return rules;
};

export const ruleFor = mostSpecific<LeaseRule>;

/** Forgets the rules of a mount that goes, and begins the job that removes their counters. */
export const leaseQuotaRemovals = async (
  core: Core,
  snapshot: Snapshot,
  mountId: string,
): Promise<readonly Write[]> => {
  const gone = leaseRulesOf(snapshot).filter((rule) => rule.mountId === mountId);
  if (gone.length === 0) return [];
  const removals = gone.map(({ name }) => core.config.row("lease-quota", name, undefined, "any"));
  const job = core.jobs.begin("count-leases", { path: "", gone: gone.map(({ id }) => id) });
  return [...(await Promise.all(removals)), job.write];
};
