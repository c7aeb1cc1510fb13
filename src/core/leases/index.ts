import { once } from "../../std/once.ts";
import type { Timer } from "../../std/timer.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import { tagOfLeaseId, tokenLeaseId } from "../tokens/lease-id.ts";
import { createGrants } from "./grant.ts";
import { createEndDue } from "./hand-over.ts";
import { createLeaseItems, leaseOf } from "./items.ts";
import { createLeaseIndex, stuckOf } from "./listing.ts";
import { createRenewal } from "./renewal.ts";
import { createRevocation, refusal } from "./revocation.ts";
import type { Leases, Outcome } from "./types.ts";

/**
 * Leases: a promise that what a backend handed out ends. A lease is written as pending before the outside world is
 * touched, made live when the credential exists, and is in the expiry index from the first write on.
 *
 * Security: the clock decides; an expired lease is dead here even if it is still in the table, and nothing is
 * dropped from the index before its backend has confirmed the revocation.
 */

export const createLeases = (core: () => Core, { timer }: { readonly timer: Timer }) => {
  const items = createLeaseItems(core);
  const listing = createLeaseIndex(core);
  const revocation = createRevocation(core, { items, listing });
  // Only a process that sweeps, or hears of what DynamoDB's TTL removed, loads it.
  const sweeper = once(async () => (await import("./sweeper.ts")).createSweeper(core, { revocation, listing, timer }));
  const grants = createGrants(core, { items, listing, revocation });

  const tokenOf: Leases["tokenOf"] = async (id) => {
    const tag = tagOfLeaseId(id);
    const token = tag === undefined ? undefined : await core().tokens.find(tag);
    return token?.leased && !token.wrap && tokenLeaseId(token) === id ? token : undefined;
  };

  const lookup: Leases["lookup"] = async (id, read) => {
    const entry = await items.read(id, read);
    const lease = entry && leaseOf(entry);
    return lease && lease.state !== "pending" && lease.state !== "revoking" ? lease : undefined;
  };

  /** A revocation counts from its first write on, whichever function carries it out and when. */
  const stands: Leases["stands"] = async (id, mount) => {
    const entry = await items.read(id);
    const lease = entry && leaseOf(entry);
    if (!lease || lease.mountId !== mount || lease.state !== "live" || lease.expires <= items.now()) return false;
    return lease.token === "" || (await core().tokens.find(lease.token)) !== undefined;
  };

  const expireNow = async (id: string): Promise<void> => {
    const token = await tokenOf(id);
    if (token) return core().tokens.revoke(token.tag);
    await items.change(id, (lease) => {
      if (lease.state === "pending") return { lease: { ...lease, state: "revoking" }, due: lease.pendingUntil };
      if (lease.state !== "live") return undefined;
      const expires = items.now();
      return lease.expires <= expires ? undefined : { lease: { ...lease, expires }, due: expires };
    });
  };

  const end = async (entry: Entry, force: boolean): Promise<Outcome> => {
    try {
      return await revocation.run(entry, force);
    } catch (cause) {
      throw refusal(cause);
    }
  };

  const revoke: Leases["revoke"] = async (id, { force = false, read } = {}) => {
    const token = await tokenOf(id);
    if (token) {
      await core().tokens.revoke(token.tag);
      return "gone";
    }
    const entry = await items.read(id, read);
    if (!entry) return "gone";
    const outcome = await end(entry, force);
    if (outcome === "revoked") return "gone";
    if (outcome === "elsewhere") return "later";
    // Somebody was faster, maybe to renew it or to make it live. Once it has ended, only another revoker can be.
    await expireNow(id);
    const left = await items.read(id);
    if (left && leaseOf(left).state !== "live") return "later";
    return !left || (await end(left, force)) === "revoked" ? "gone" : "later";
  };

  const exists = async (id: string): Promise<boolean> =>
    (await items.read(id)) !== undefined || (await tokenOf(id)) !== undefined;

  // Revoking many and the jobs are rare; what they run is loaded then.
  const many = async () =>
    (await import("./prefix.ts")).createPrefixRevocation(core, { listing, revoke, expireNow, exists });
  const prefixJob: JobHandler = async (...turn) => (await many()).handler(...turn);
  const tidyJob: JobHandler = async (...turn) =>
    (await import("./tidy.ts")).tidyJob(core, { listing, expireNow })(...turn);
  const countJob: JobHandler = async (...turn) =>
    (await import("../quotas/recount.ts")).recountJob(core, listing)(...turn);

  const leases: Leases = {
    ...grants,
    abandon: revocation.abandon,
    lookup,
    stands,
    tokenOf,
    renew: createRenewal(core, { items, listing }),
    expireNow,
    revoke,
    revokePrefix: async (...order) => (await many()).revokePrefix(...order),
    revokeMount: async (...order) => (await many()).revokeMount(...order),
    list: listing.list,
    irrevocable: listing.irrevocable,
    retrying: listing.retrying,
    stuck: async (id) => {
      const entry = await items.read(id);
      const lease = entry && stuckOf(entry);
      return lease && lease.attempts > 0 && lease.state !== "live" ? lease : undefined;
    },
    ofToken: listing.ofToken,
    endDue: createEndDue(core, revocation),
    sweep: async (...order) => (await sweeper()).sweep(...order),
    removed: async (entry) => (await sweeper()).removed(entry),
  };
  return { leases, prefixJob, tidyJob, countJob };
};
