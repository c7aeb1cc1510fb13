import { invalidRequest, type LeaseGrant, VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { epochSeconds, seconds } from "../../std/time.ts";
import type { Entry, Store } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { grantTtl } from "../login/ttl.ts";
import { backendOf, makeContext } from "../request/context.ts";
import { hasEnded } from "./expiry.ts";
import { type LeaseItems, leaseOf } from "./items.ts";
import type { LeaseIndex } from "./listing.ts";
import type { Lease } from "./types.ts";

/** Renewal: the backend is asked first, then the lease is extended; never past the end it was issued with. */

const ZERO = seconds(0);

export const createRenewal = (
  core: () => Core,
  parts: { readonly items: LeaseItems; readonly listing: LeaseIndex },
) => {
  const { items, listing } = parts;

  const renewable = async (id: string, read: Store["get"] | undefined): Promise<{ entry: Entry; lease: Lease }> => {
    const entry = await items.read(id, read);
    const lease = entry && leaseOf(entry);
    if (!entry || !lease || lease.state === "pending" || lease.state === "revoking")
      throw invalidRequest("lease not found");
    if (lease.state === "irrevocable") {
      throw invalidRequest("lease is expired and has failed previous revocation attempts");
    }
    if (hasEnded(lease.expires, core().clock.now())) throw invalidRequest("lease expired");
    if (!lease.renewable) throw invalidRequest("lease is not renewable");
    return { entry, lease };
  };

  const ask = async (lease: Lease, increment: Seconds) => {
    const mount = await listing.mountOf(lease);
    if (!mount) throw invalidRequest("lease not found");
    const hook = (await backendOf(core(), mount))?.leases?.[lease.type]?.renew;
    if (!hook) throw invalidRequest("lease is not renewable");
    const generatePassword = core().passwords.generate;
    const cx = await makeContext(core(), mount, { generatePassword });
    const { id, type, internal, expires } = lease;
    const grant: LeaseGrant = await hook(
      { id, type, internal, issued: epochSeconds(lease.issuedMs), expires },
      increment,
      cx,
    );
    return { mount, grant };
  };

  const failed = (cause: unknown): VaultError => {
    const why = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
    return invalidRequest(`failed to renew entry: resp: (*logical.Response)(nil) err: ${why}`, { cause });
  };

  return async (id: string, increment: Seconds, read?: Store["get"]) => {
    const { entry, lease } = await renewable(id, read);
    const { mount, grant } = await ask(lease, increment).catch((cause: unknown) => {
      throw cause instanceof VaultError && /^lease is not renewable$|^lease not found$/.test(cause.wire ?? "")
        ? cause
        : failed(cause);
    });
    const issued = epochSeconds(lease.issuedMs);
    const granted = grantTtl({
      now: items.now(),
      issued,
      increment,
      roleTtl: grant.ttl,
      roleMaxTtl: grant.maxTtl,
      // The outside world was told this end when the secret was made.
      explicitMaxTtl: seconds(lease.maxExpires - issued),
      period: ZERO,
      mountDefault: mount.info.defaultTtl,
      mountMax: mount.info.maxTtl,
    });
    const later = (before: Lease) => {
      if (before.state !== "live") throw invalidRequest("lease not found");
      // The backend may have taken its time: what ended meanwhile stays ended.
      if (hasEnded(before.expires, core().clock.now())) throw invalidRequest("lease expired");
      const { ttl, expires } = granted;
      const after = { ...before, internal: grant.internal, expires, ttl, lastRenewalMs: core().clock.now() };
      return { lease: after, due: expires };
    };
    const next = await core().crash("lease.renew.write", () => items.change(id, later, entry));
    if (!next) throw invalidRequest("lease not found");
    return { lease: next, warnings: granted.warnings };
  };
};
