import {
  type BackendContext,
  invalidRequest,
  type LeaseGrant,
  type PendingLease,
  VaultError,
} from "../../framework/index.ts";
import { as, type EpochSeconds, type LeaseId, type Seconds } from "../../std/brand.ts";
import { randomText } from "../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { heldLeaseAddress, leaseAddress, leaseListingAddress } from "../../storage/keys.ts";
import { ConditionFailed, type Entry } from "../../storage/store.ts";
import { backendOf, makeContext } from "../context.ts";
import { ending, hasEnded } from "../expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Core, KnownToken, Lease, Leases } from "../services.ts";
import type { Mount } from "../stages.ts";
import { grantTtl, smallest } from "../ttl.ts";
import { createLeaseIndex } from "./listing.ts";
import { createRevocation } from "./revocation.ts";
import { createSweeper } from "./sweeper.ts";

/**
 * Leases: a promise that what a backend handed out ends. A lease is written as pending before the outside world is
 * touched, made live when the credential exists, and lies in the expiry index from the first write on.
 *
 * Security: the clock decides; a lease past its end is dead here whatever still lies in the table, and nothing is
 * dropped from the index before its backend has confirmed the revocation.
 */

/** How long a credential may take to be made before its pending lease counts as abandoned. */
const PENDING_SECONDS = seconds(120);

const loadLease = (entry: Entry | undefined): Lease | undefined => entry && fromSealed<Lease>(entry.body);

export const createLeases = (core: () => Core): Leases => {
  const nowOf = (): EpochSeconds => epochSeconds(core().clock.now());
  const tagOf = async (id: string): Promise<string> => (await core().store.names("lease")).tag(id);
  const read = async (id: string): Promise<Entry | undefined> =>
    (await core().store.get([leaseAddress(await tagOf(id))]))[0];
  const listing = createLeaseIndex(core);
  const revocation = createRevocation(core, { read, listing });
  const sweeper = createSweeper(core, revocation);

  const pend = async (grant: LeaseGrant, path: string, mount: Mount, known: KnownToken) => {
    const now = nowOf();
    const granted = grantTtl({
      now,
      issued: now,
      increment: grant.ttl,
      roleTtl: seconds(0),
      roleMaxTtl: grant.maxTtl,
      explicitMaxTtl: seconds(0),
      period: seconds(0),
      mountDefault: mount.info.defaultTtl,
      mountMax: mount.info.maxTtl,
    });
    const maxTtl = smallest(mount.info.maxTtl, grant.maxTtl);
    const batchEnd = known.token.type === "batch" && known.token.expires !== 0 ? known.token.expires : undefined;
    const cap = (at: EpochSeconds): EpochSeconds => (batchEnd !== undefined && batchEnd < at ? batchEnd : at);
    const id = as<LeaseId>(`${path}/${randomText(core().random, 24)}`);
    const lease: Lease = {
      id,
      path,
      mountId: mount.info.id,
      mountPath: mount.info.path,
      type: grant.type,
      internal: grant.internal,
      token: known.token.tag,
      tokenType: known.token.type,
      issuedMs: core().clock.now(),
      expires: cap(granted.expires),
      maxExpires: cap(plus(now, maxTtl)),
      ttl: granted.ttl,
      maxTtl: grant.maxTtl,
      renewable: grant.renewable,
      lastRenewalMs: 0,
      state: "pending",
      attempts: 0,
      error: "",
    };
    const tag = await tagOf(id);
    // A batch token has no item: its leases hang on the token above it, or on none.
    const holder = known.token.type === "batch" ? known.token.ancestors[0] : known.token.tag;
    await core().store.write([
      {
        op: "put",
        address: leaseAddress(tag),
        body: toSealed(lease),
        clear: ending(plus(now, PENDING_SECONDS), tag),
        when: "absent",
      },
      { op: "put", address: await listing.address(lease), body: { id, lease: tag }, when: "any" },
      ...(holder === undefined
        ? []
        : [{ op: "put" as const, address: heldLeaseAddress(holder, tag), body: { id }, when: "any" as const }]),
    ]);
    const pending: PendingLease = { ...grant, id, ttl: granted.ttl, maxExpires: lease.maxExpires };
    return { pending, warnings: granted.warnings };
  };

  /** Changes a lease under its write counter; refuses one that is being revoked. */
  const change = async (id: string, edit: (lease: Lease) => Lease): Promise<Lease> => {
    for (;;) {
      const entry = await read(id);
      const lease = loadLease(entry);
      if (!entry || !lease) throw invalidRequest("lease not found");
      if (lease.state === "revoking" || lease.state === "irrevocable") throw invalidRequest("lease not found");
      const next = edit(lease);
      try {
        const clear = ending(next.expires, await tagOf(id));
        await core().store.write([
          { op: "put", address: entry.address, body: toSealed(next), clear, when: { n: entry.n } },
        ]);
        return next;
      } catch (cause) {
        if (!(cause instanceof ConditionFailed)) throw cause;
      }
    }
  };

  const confirm = (pending: PendingLease): Promise<Lease> =>
    change(pending.id, (lease) => ({ ...lease, state: "live", internal: pending.internal }));

  const lookup = async (id: string): Promise<Lease | undefined> => {
    const lease = loadLease(await read(id));
    return lease && lease.state !== "revoking" ? lease : undefined;
  };

  const contextFor = async (lease: Lease): Promise<{ mount: Mount; cx: BackendContext }> => {
    const mount = await listing.mountOf(lease);
    if (!mount)
      throw new VaultError("unsupported_path", { wire: "unsupported path", reason: "mount of the lease is gone" });
    return { mount, cx: await makeContext(core(), mount, { generatePassword: async () => undefined }) };
  };

  const renew = async (id: string, increment: Seconds) => {
    const lease = await lookup(id);
    if (!lease) throw invalidRequest("lease not found");
    if (lease.state === "irrevocable") {
      throw invalidRequest("lease is expired and has failed previous revocation attempts");
    }
    if (hasEnded(lease.expires, core().clock.now())) throw invalidRequest("lease expired");
    const { mount, cx } = await contextFor(lease);
    const hooks = (await backendOf(core(), mount))?.leases?.[lease.type];
    if (!lease.renewable || !hooks?.renew) throw invalidRequest("lease is not renewable");
    let grant: LeaseGrant;
    try {
      const issued = epochSeconds(lease.issuedMs);
      grant = await hooks.renew(
        { id: lease.id, type: lease.type, internal: lease.internal, issued, expires: lease.expires },
        increment,
        cx,
      );
    } catch (cause) {
      const why = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
      throw invalidRequest(`failed to renew entry: resp: (*logical.Response)(nil) err: ${why}`, { cause });
    }
    const now = nowOf();
    const granted = grantTtl({
      now,
      issued: epochSeconds(lease.issuedMs),
      increment,
      roleTtl: grant.ttl,
      roleMaxTtl: grant.maxTtl,
      explicitMaxTtl: seconds(0),
      period: seconds(0),
      mountDefault: mount.info.defaultTtl,
      mountMax: mount.info.maxTtl,
    });
    const next = await core().crash("lease.renew.write", () =>
      change(id, (before) => ({
        ...before,
        internal: grant.internal,
        expires: granted.expires,
        ttl: granted.ttl,
        lastRenewalMs: core().clock.now(),
      })),
    );
    return { lease: next, warnings: granted.warnings };
  };

  const expireNow = async (id: string): Promise<void> => {
    const entry = await read(id);
    if (!entry || loadLease(entry)?.state === "irrevocable") return;
    await change(id, (before) => ({ ...before, expires: nowOf() })).catch((cause) => {
      if (!(cause instanceof VaultError && cause.code === "invalid_request")) throw cause;
    });
  };

  return {
    pend,
    confirm,
    lookup,
    renew,
    expireNow,
    revoke: revocation.revoke,
    revokePrefix: (prefix, options) => revocation.revokePrefix(prefix, options, expireNow),
    list: listing.list,
    irrevocable: listing.irrevocable,
    ofToken: listing.ofToken,
    sweep: sweeper.sweep,
    removed: sweeper.removed,
  };
};
