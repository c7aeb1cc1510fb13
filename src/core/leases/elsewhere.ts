import { VaultError } from "../../framework/index.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { backendOf } from "../request/context.ts";
import { type RecordFailure, RevocationFailed, textOf } from "./failures.ts";
import { type LeaseItems, leaseOf } from "./items.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Lease, Outcome } from "./types.ts";

/**
 * Revoking what another function serves: the lease is made due, that function is asked, and the lease says what became
 * of it. Where the function cannot be reached, that is a failed revocation like any other.
 */

export interface ElsewhereParts {
  readonly items: LeaseItems;
  readonly listing: LeaseIndex;
  readonly recordFailure: RecordFailure;
  readonly remove: (lease: Lease) => Promise<void>;
}

export const createElsewhere = (core: () => Core, { items, listing, recordFailure, remove }: ElsewhereParts) => {
  /** Name of the function that serves it, if that is another one. */
  const servedBy = async (lease: Lease): Promise<string | undefined> => {
    const mount = await listing.mountOf(lease);
    if (!mount || (await backendOf(core(), mount))) return undefined;
    return core().catalog.elsewhere(mount.kind, mount.info.type, lease.path);
  };

  /** Nothing that is not due is ended there. `false`: somebody else was first. */
  const makeDue = async (entry: Entry, lease: Lease): Promise<boolean> => {
    const now = items.now();
    if ((entry.clear.exp ?? 0) <= now) return true;
    return items.replace(entry, { ...lease, expires: lease.state === "live" ? now : lease.expires }, now);
  };

  const unreachable = async (before: Lease, entry: Entry, cause: unknown): Promise<Outcome> => {
    const lease = leaseOf(entry);
    // It may be at it all the same, or have tried: then the lease says so itself.
    if (lease.claimedUntil > items.now() || lease.attempts > before.attempts) return "busy";
    const wire = "the function that serves its mount is unavailable";
    const failure = new VaultError("upstream_failed", { wire, cause });
    await recordFailure(lease, failure, { n: entry.n });
    throw new RevocationFailed(textOf(failure), { cause });
  };

  const forget = async (lease: Lease): Promise<Outcome> => {
    core().log("lease removed although its backend refused", { lease: await items.tag(lease.id) });
    await remove(lease);
    return "revoked";
  };

  /** Throws `RevocationFailed` as `Revocation.run` does. */
  const handOver = async (entry: Entry, lease: Lease, to: string, force: boolean): Promise<Outcome> => {
    if (!(await makeDue(entry, lease))) return "busy";
    const tag = await items.tag(lease.id);
    let failure: unknown;
    const asked = await core()
      .crash("lease.hand-over", () => core().handOver(to, tag))
      .catch((cause: unknown) => {
        failure = cause;
        return true;
      });
    if (!asked) return "elsewhere";
    const left = await items.read(lease.id);
    if (!left) return "revoked";
    const after = leaseOf(left);
    if (force) return forget(after);
    if (failure !== undefined) return unreachable(lease, left, failure);
    if (after.attempts > lease.attempts) throw new RevocationFailed(after.error);
    return "busy";
  };

  return { servedBy, handOver };
};
