import { invalidRequest, type PendingLease, VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds } from "../../std/brand.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite, untilWritten } from "../../storage/change.ts";
import { heldLeaseAddress, irrevocableAddress, leaseAddress, retryingAddress } from "../../storage/keys.ts";
import type { Address, Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { backendOf, makeContext } from "../request/context.ts";
import { createElsewhere } from "./elsewhere.ts";
import { createFailures, RevocationFailed, textOf } from "./failures.ts";
import { type LeaseItems, leaseOf } from "./items.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Lease, Outcome } from "./types.ts";

/**
 * Revoking one lease: claim by a conditional write, ask the backend, remove. A claim lasts as long as a revocation may
 * take; when it lapses (a crash) the lease is due again. Failures back off and end as irrevocable (`failures.ts`):
 * listed, never dropped. What another function serves is handed to it (`elsewhere.ts`).
 *
 * Security: from the claim on the lease is refused; its rows go only after the backend said that the secret is gone, or
 * an operator forced it.
 */

/** Nobody else touches a claimed lease for this long. */
const CLAIM = seconds(90);
const NONE = as<EpochSeconds>(0);

export interface Revocation {
  /**
   * Throws `RevocationFailed` (recorded already), or whatever the table throws. `later`: given what has been revoked
   * here, to be removed with others (`removeAll`) before its claim lapses; absent: it is removed at once.
   */
  run(entry: Entry, force: boolean, later?: (lease: Lease) => void): Promise<Outcome>;
  /** Removes leases that were claimed and revoked: first the rows that find them, last what is in the expiry index. */
  removeAll(leases: readonly Lease[]): Promise<void>;
  /** Revokes what was made for a lease that cannot go live. Never throws: if this fails, the sweeper continues. */
  abandon(pending: PendingLease): Promise<void>;
  /** For the stream: the item is gone already, so only the secret outside and the rows are left. */
  finish(lease: Lease): Promise<void>;
}

/** What a backend needs to know of a lease. */
type Secret = Pick<Lease, "id" | "mountId" | "type" | "internal" | "issuedMs" | "expires">;

export const createRevocation = (
  core: () => Core,
  parts: { readonly items: LeaseItems; readonly listing: LeaseIndex },
): Revocation => {
  const { items, listing } = parts;

  const atBackend = async (lease: Secret): Promise<void> => {
    const mount = await listing.mountOf(lease);
    const hooks = mount && (await backendOf(core(), mount))?.leases?.[lease.type];
    if (!mount || !hooks) {
      throw new VaultError("unsupported_path", { wire: "unsupported path", reason: "the lease's mount is gone" });
    }
    const cx = await makeContext(core(), mount, { generatePassword: core().passwords.generate });
    const { id, type, internal, expires } = lease;
    await hooks.revoke({ id, type, internal, issued: epochSeconds(lease.issuedMs), expires }, cx);
  };

  /** Besides the row of its mount, what finds a lease. */
  const rowsOf = async (lease: Lease): Promise<readonly Address[]> => {
    const tag = await items.tag(lease.id);
    const rows = lease.token === "" ? [] : [heldLeaseAddress(lease.token, tag)];
    // Only a failure may have put them there; all such rows are in two partitions.
    return lease.attempts > 0 ? [...rows, retryingAddress(tag), irrevocableAddress(tag)] : rows;
  };

  const itemOf = async (lease: Lease): Promise<Address> => leaseAddress(await items.tag(lease.id));

  const remove = async (lease: Lease): Promise<void> => {
    const rows = [...(await rowsOf(lease)), await itemOf(lease)];
    const listed = await listing.address(lease);
    await untilWritten(async () =>
      core().store.write([
        ...(await core().leaseCounts.leaving(listed)),
        ...rows.map((address): Write => ({ op: "delete", address, when: "any" })),
      ]),
    );
  };

  const removeAll = async (leases: readonly Lease[]): Promise<void> => {
    const plain: Lease[] = [];
    for (const lease of leases) {
      // What a rule may count is counted out in the transaction that removes its row.
      if (await core().leaseCounts.counts(await listing.address(lease))) await remove(lease);
      else plain.push(lease);
    }
    const rows = await Promise.all(
      plain.map(async (lease) => [await listing.address(lease), ...(await rowsOf(lease))]),
    );
    await core().store.discard(rows.flat());
    await core().store.discard(await Promise.all(plain.map(itemOf)));
  };

  const recordFailure = createFailures(core, items);
  const { servedBy, handOver } = createElsewhere(core, { items, listing, recordFailure, remove });

  /** The outcome where someone else is at it; `undefined` where nobody is. */
  const othersWork = async (entry: Entry, lease: Lease, now: EpochSeconds): Promise<Outcome | undefined> => {
    if (lease.pendingUntil > now) {
      // Its maker finds it refused and revokes at once; if its maker dies, the lease is due when the wait is over.
      if (lease.state === "pending") await items.replace(entry, { ...lease, state: "revoking" }, lease.pendingUntil);
      return "making";
    }
    return lease.claimedUntil > now ? "busy" : undefined;
  };

  /** A claim that lapsed meanwhile is another's by now, and so is what is recorded. */
  const failed = async (claimed: Lease, state: Lease["state"], cause: unknown): Promise<void> => {
    const entry = await items.read(claimed.id);
    const now = entry && leaseOf(entry);
    if (!entry || now?.state !== "revoking" || now.claimedUntil !== claimed.claimedUntil) return;
    await recordFailure({ ...now, state }, cause, { n: entry.n });
  };

  /** The lease as this revoker has it; `undefined` when somebody else was first. */
  const claim = async (entry: Entry, lease: Lease, now: EpochSeconds): Promise<Lease | undefined> => {
    const until = plus(now, CLAIM);
    const claimed: Lease = { ...lease, state: "revoking", claimedUntil: until };
    // One that is due stays where it is in the index, which saves two writes of it: the claim keeps others away.
    const due = entry.clear.exp === undefined || entry.clear.exp > now ? until : entry.clear.exp;
    return (await items.replace(entry, claimed, due)) ? claimed : undefined;
  };

  const run: Revocation["run"] = async (entry, force, later) => {
    const lease = leaseOf(entry);
    const now = items.now();
    const outcome = await othersWork(entry, lease, now);
    if (outcome) return outcome;
    const server = await servedBy(lease);
    if (server !== undefined) return handOver(entry, lease, server, force);
    const claimed = await core().crash("lease.revoke.claim", () => claim(entry, lease, now));
    if (!claimed) return "busy";
    try {
      await core().crash("lease.revoke.backend", () => atBackend(claimed));
    } catch (cause) {
      if (!force) {
        await core().crash("lease.revoke.failure", () => failed(claimed, lease.state, cause));
        throw new RevocationFailed(textOf(cause), { cause });
      }
      core().log("lease removed although its backend refused", { lease: await items.tag(lease.id) });
    }
    if (later) later(claimed);
    else await core().crash("lease.revoke.remove", () => remove(claimed));
    return "revoked";
  };

  /** A secret whose lease is gone before it was made: its maker outlasted the wait. */
  const revokeUnrecorded = async ({ id, type, internal }: PendingLease): Promise<void> => {
    const mount = core().config.mountFor(await core().config.snapshot(), id);
    const issuedMs = core().clock.now();
    if (mount) await atBackend({ id, type, internal, mountId: mount.info.id, issuedMs, expires: items.now() });
  };

  const abandon = async (pending: PendingLease): Promise<void> => {
    try {
      const until = plus(items.now(), CLAIM);
      const lease = await core().crash("lease.abandon.claim", () =>
        items.change(pending.id, (before) => ({
          lease: { ...before, state: "revoking", internal: pending.internal, pendingUntil: NONE, claimedUntil: until },
          due: until,
        })),
      );
      if (!lease) return await revokeUnrecorded(pending);
      await core()
        .crash("lease.abandon.backend", () => atBackend(lease))
        .catch(async (cause: unknown) => {
          await failed(lease, lease.state, cause);
          throw cause;
        });
      await core().crash("lease.abandon.remove", () => remove(lease));
    } catch (cause) {
      core().log("abandoned lease is left to the sweeper", { error: cause instanceof Error ? cause.name : "unknown" });
    }
  };

  const finish = async (lease: Lease): Promise<void> => {
    if ((await servedBy(lease)) !== undefined) {
      // Only what is in the table can be handed over: the next pass of the sweeper does.
      const now = items.now();
      await tryWrite(core().store, [
        await items.put({ ...lease, state: "revoking", claimedUntil: NONE }, now, "absent"),
      ]);
      return;
    }
    try {
      await core().crash("lease.finish.backend", () => atBackend(lease));
    } catch (cause) {
      // The item must be there to be tried again and seen; the table removed it.
      await core().crash("lease.finish.failure", () => recordFailure(lease, cause, "absent"));
      return;
    }
    await core().crash("lease.finish.remove", () => remove(lease));
  };

  return { run, removeAll, abandon, finish };
};

/** A backend's refusal in the words of the API; any other error as it is. */
export const refusal = (cause: unknown): unknown =>
  cause instanceof RevocationFailed ? invalidRequest(cause.message, { cause }) : cause;
