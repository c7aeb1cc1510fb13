import { type LeaseGrant, type PendingLease, VaultError } from "../../framework/index.ts";
import { as, type LeaseId } from "../../std/brand.ts";
import { randomText } from "../../std/random.ts";
import { plus, seconds } from "../../std/time.ts";
import { untilWritten } from "../../storage/change.ts";
import { heldLeaseAddress, tokenAddress } from "../../storage/keys.ts";
import type { Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { grantTtl, smallest } from "../login/ttl.ts";
import { mountById } from "../mounts/find.ts";
import type { Mount } from "../mounts/mount.ts";
import { noRoute, tainted } from "../request/route.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { endedMeanwhile, isRevoked, tokenHasEnded } from "../tokens/lifetime.ts";
import type { KnownToken, Token } from "../tokens/types.ts";
import type { LeaseItems } from "./items.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Revocation } from "./revocation.ts";
import type { Lease, LeaseRow } from "./types.ts";

/**
 * How a lease begins: written as pending before the outside world is touched, made live when the credential exists.
 *
 * Security: a lease is pended only while its token and its mount live, in one transaction with the proof of both, so
 * none slips in behind a revocation. What cannot be confirmed is revoked at once.
 */

/** How long a credential may take to be made before its pending lease counts as abandoned. */
export const PENDING_SECONDS = seconds(120);
const RETRY_AFTER_SECONDS = 1;
const ZERO = seconds(0);

/** Somebody revoked the lease, its token or its prefix meanwhile, or the secret took too long: the next try may do. */
const ended = (how: "revoked" | "removed"): VaultError =>
  new VaultError("storage_unavailable", {
    wire: `the lease was ${how} while its secret was made, try again`,
    retryAfter: RETRY_AFTER_SECONDS,
  });

export const createGrants = (
  core: () => Core,
  parts: { readonly items: LeaseItems; readonly listing: LeaseIndex; readonly revocation: Revocation },
) => {
  const { items, listing, revocation } = parts;

  /** The token whose revocation ends the lease: its own, or for a batch token (which has no item) the one above it. */
  const holderOf = ({ token }: KnownToken): string | undefined =>
    token.type === "batch" ? token.ancestors[0] : token.tag;

  /** Checks, for the transaction, that mount and token are as they are now. Throws when they no longer live. */
  const proofs = async (mount: Mount, path: string, holder: string | undefined) => {
    const { config, store, clock } = core();
    const addresses = [config.epochAddress, ...(holder === undefined ? [] : [tokenAddress(holder)])];
    const [epoch, token] = await store.get(addresses);
    const snapshot = await config.fresh(epoch);
    const current = mountById(snapshot, mount.info.id);
    if (!current) throw noRoute(path);
    if (current.tainted) throw tainted(path);
    const body = token && fromSealed<Token>(token.body);
    if (holder !== undefined && (!body || isRevoked(body) || tokenHasEnded(body, clock.now()))) {
      throw endedMeanwhile();
    }
    const writes = [epoch, token].flatMap((entry) =>
      entry ? [{ op: "check" as const, address: entry.address, when: { n: entry.n } }] : [],
    );
    return { snapshot, writes };
  };

  const leaseFor = (grant: LeaseGrant, path: string, mount: Mount, known: KnownToken) => {
    const now = items.now();
    const granted = grantTtl({
      now,
      issued: now,
      increment: grant.ttl,
      roleTtl: ZERO,
      roleMaxTtl: grant.maxTtl,
      explicitMaxTtl: ZERO,
      period: ZERO,
      mountDefault: mount.info.defaultTtl,
      mountMax: mount.info.maxTtl,
    });
    // A lease never outlives a batch token: nothing else would end it.
    const { type, expires } = known.token;
    const room = type === "batch" && expires !== 0 ? seconds(expires - now) : ZERO;
    const cap = (ttl: number) => seconds(room > 0 ? Math.min(ttl, room) : ttl);
    const ttl = cap(granted.ttl);
    const lease: Lease = {
      id: as<LeaseId>(`${path}/${randomText(core().random, 24)}`),
      path,
      mountId: mount.info.id,
      mountPath: mount.info.path,
      type: grant.type,
      internal: grant.internal,
      token: holderOf(known) ?? "",
      tokenType: type,
      issuedMs: core().clock.now(),
      expires: plus(now, ttl),
      maxExpires: plus(now, cap(smallest(mount.info.maxTtl, grant.maxTtl))),
      ttl,
      maxTtl: grant.maxTtl,
      renewable: grant.renewable,
      lastRenewalMs: 0,
      state: "pending",
      attempts: 0,
      error: "",
      pendingUntil: plus(now, PENDING_SECONDS),
      claimedUntil: as(0),
    };
    return { lease, warnings: granted.warnings };
  };

  const pend = async (grant: LeaseGrant, path: string, mount: Mount, known: KnownToken) => {
    const { lease, warnings } = leaseFor(grant, path, mount, known);
    const holder = holderOf(known);
    const tag = await items.tag(lease.id);
    const rows: Write[] = [await items.put(lease, lease.pendingUntil, "absent")];
    const row = await listing.address(lease);
    if (holder !== undefined) {
      rows.push({ op: "put", address: heldLeaseAddress(holder, tag), body: { id: lease.id }, when: "any" });
    }
    await untilWritten(async () => {
      const proven = await proofs(mount, path, holder);
      const place = { path, mountId: lease.mountId };
      const { counted, writes } = await core().leaseCounts.enter(place, proven.snapshot);
      const bears: LeaseRow = { id: lease.id, lease: tag, ...(counted && { counted }) };
      const listed: Write = { op: "put", address: row, body: toSealed(bears), when: "any" };
      await core().crash("lease.pend", () => core().store.write([...rows, listed, ...proven.writes, ...writes]));
    });
    const { id, ttl, maxExpires } = lease;
    return { pending: { ...grant, id, ttl, maxExpires }, warnings };
  };

  const goLive = async (pending: PendingLease): Promise<Lease> => {
    const live = await items.change(pending.id, (lease) => {
      if (lease.state !== "pending") throw ended("revoked");
      const next: Lease = { ...lease, state: "live", internal: pending.internal, pendingUntil: as(0) };
      return { lease: next, due: next.expires };
    });
    if (!live) throw ended("removed");
    return live;
  };

  /** Never hands out what nothing would end: a lease that cannot go live is revoked before the caller hears of it. */
  const confirm = async (pending: PendingLease): Promise<Lease> => {
    try {
      return await goLive(pending);
    } catch (cause) {
      await revocation.abandon(pending);
      throw cause;
    }
  };

  return { pend, confirm };
};
