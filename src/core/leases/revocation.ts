import { invalidRequest, type PendingLease, VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds, type Seconds } from "../../std/brand.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { heldLeaseAddress, irrevocableAddress, leaseAddress } from "../../storage/keys.ts";
import type { Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { backendOf, makeContext } from "../request/context.ts";
import { toSealed } from "../sealed.ts";
import { ending } from "./expiry.ts";
import { type LeaseItems, leaseOf } from "./items.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Lease } from "./types.ts";

/**
 * Revoking one lease: claim by a conditional write, ask the backend, remove. A claim lasts as long as a revocation may
 * take; when it lapses (a crash) the lease is due again. Failures back off and end as irrevocable: listed, never
 * dropped.
 *
 * Security: from the claim on the lease is refused; its rows go only after the backend said that the secret is gone, or
 * an operator forced it.
 */

/** Nobody else touches a claimed lease for this long. */
const CLAIM = seconds(90);
const MAX_ATTEMPTS = 6;
const RETRY_IRREVOCABLE = seconds(86400);
const ERROR_LENGTH = 240;
const NONE = as<EpochSeconds>(0);

/** `making`: its request is not done; `busy`: another revoker is; `elsewhere`: another function serves it. */
export type Outcome = "revoked" | "making" | "busy" | "elsewhere";

/** The backend would not revoke; what it said is in the message, and recorded in the lease. */
export class RevocationFailed extends Error {
  override readonly name = "RevocationFailed";
}

export interface Revocation {
  /** Throws `RevocationFailed` (recorded already), or whatever the table throws. */
  run(entry: Entry, force: boolean): Promise<Outcome>;
  /** Revokes what was made for a lease that cannot go live. Never throws: if this fails, the sweeper continues. */
  abandon(pending: PendingLease): Promise<void>;
  /** For the stream: the item is gone already, so only the secret outside and the rows are left. */
  finish(lease: Lease): Promise<void>;
}

/** What a backend needs to know of a lease. */
type Secret = Pick<Lease, "id" | "mountId" | "type" | "internal" | "issuedMs" | "expires">;

const unrecoverable = (cause: unknown): boolean =>
  cause instanceof VaultError &&
  (cause.code === "unsupported_path" || cause.code === "unsupported_operation" || cause.code === "invalid_request");

const textOf = (cause: unknown): string => {
  const text = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
  return `failed to revoke entry: resp: (*logical.Response)(nil) err: ${text === "" ? "unknown" : text}`;
};

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

  const servedElsewhere = async (lease: Lease): Promise<boolean> => {
    const mount = await listing.mountOf(lease);
    if (!mount || (await backendOf(core(), mount))) return false;
    return core().catalog.elsewhere(mount.kind, mount.info.type, lease.path) !== undefined;
  };

  const remove = async (lease: Lease): Promise<void> => {
    const tag = await items.tag(lease.id);
    const rows = [await listing.address(lease), leaseAddress(tag)];
    if (lease.token !== "") rows.push(heldLeaseAddress(lease.token, tag));
    // Only a failure may have put it there; all such rows are in one partition.
    if (lease.attempts > 0) rows.push(irrevocableAddress(tag));
    await core().store.write(rows.map((address): Write => ({ op: "delete", address, when: "any" })));
  };

  /** Writes only over what was read; `false` when somebody else came first. */
  const replace = async (entry: Entry, lease: Lease, due: EpochSeconds): Promise<boolean> => {
    return tryWrite(core().store, [await items.put(lease, due, { n: entry.n })]);
  };

  const backOff = (attempts: number): Seconds => {
    const spread = 0.5 + (core().random.bytes(1)[0] ?? 128) / 255;
    return seconds(10 * 2 ** attempts * spread);
  };

  const recordFailure = async (lease: Lease, cause: unknown, when: "present" | "absent"): Promise<void> => {
    const tag = await items.tag(lease.id);
    const attempts = lease.attempts + 1;
    const exhausted = attempts >= MAX_ATTEMPTS;
    const final = exhausted || unrecoverable(cause) || lease.state === "irrevocable";
    const error = `${exhausted ? "out of retries: " : ""}${textOf(cause)}`.slice(0, ERROR_LENGTH);
    const state = final ? "irrevocable" : "revoking";
    const next: Lease = { ...lease, attempts, error, state, claimedUntil: NONE };
    const retry = plus(items.now(), final ? RETRY_IRREVOCABLE : backOff(attempts));
    if (final) core().signal({ kind: "lease-irrevocable" });
    core().log(final ? "lease is irrevocable" : "lease revocation failed", { lease: tag, attempts });
    const writes: Write[] = [
      { op: "put", address: leaseAddress(tag), body: toSealed(next), clear: ending(retry, tag), when },
    ];
    if (final) writes.push({ op: "put", address: irrevocableAddress(tag), body: { lease: tag }, when: "any" });
    // Or it is gone, or there again: somebody else dealt with it meanwhile.
    await tryWrite(core().store, writes);
  };

  /** The outcome where someone else has to revoke; `undefined` where this caller does. */
  const othersWork = async (entry: Entry, lease: Lease, now: EpochSeconds): Promise<Outcome | undefined> => {
    if (lease.pendingUntil > now) {
      // Its maker finds it refused and revokes at once; if its maker dies, the lease is due when the wait is over.
      if (lease.state === "pending") await replace(entry, { ...lease, state: "revoking" }, lease.pendingUntil);
      return "making";
    }
    if (lease.claimedUntil > now) return "busy";
    if (!(await servedElsewhere(lease))) return undefined;
    if ((entry.clear.exp ?? 0) > now && lease.state === "live") await replace(entry, { ...lease, expires: now }, now);
    return "elsewhere";
  };

  const run = async (entry: Entry, force: boolean): Promise<Outcome> => {
    const lease = leaseOf(entry);
    const now = items.now();
    const outcome = await othersWork(entry, lease, now);
    if (outcome) return outcome;
    const until = plus(now, CLAIM);
    const claimed: Lease = { ...lease, state: "revoking", claimedUntil: until };
    if (!(await core().crash("lease.revoke.claim", () => replace(entry, claimed, until)))) return "busy";
    try {
      await core().crash("lease.revoke.backend", () => atBackend(claimed));
    } catch (cause) {
      if (!force) {
        await recordFailure(lease, cause, "present");
        throw new RevocationFailed(textOf(cause), { cause });
      }
      core().log("lease removed although its backend refused", { lease: await items.tag(lease.id) });
    }
    await core().crash("lease.revoke.remove", () => remove(claimed));
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
      const lease = await items.change(pending.id, (before) => ({
        lease: { ...before, state: "revoking", internal: pending.internal, pendingUntil: NONE, claimedUntil: until },
        due: until,
      }));
      if (!lease) return await revokeUnrecorded(pending);
      await atBackend(lease).catch(async (cause: unknown) => {
        await recordFailure(lease, cause, "present");
        throw cause;
      });
      await remove(lease);
    } catch (cause) {
      core().log("abandoned lease is left to the sweeper", { error: cause instanceof Error ? cause.name : "unknown" });
    }
  };

  const finish = async (lease: Lease): Promise<void> => {
    try {
      await atBackend(lease);
    } catch (cause) {
      // The item must be there to be tried again and seen; the table removed it.
      await recordFailure(lease, cause, "absent");
      return;
    }
    await remove(lease);
  };

  return { run, abandon, finish };
};

/** A backend's refusal in the words of the API; any other error as it is. */
export const refusal = (cause: unknown): unknown =>
  cause instanceof RevocationFailed ? invalidRequest(cause.message, { cause }) : cause;
