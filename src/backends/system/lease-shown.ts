import { z } from "zod";
import type { Lease, StuckLease } from "../../core/leases/types.ts";
import { tokenLeaseId } from "../../core/tokens/lease-id.ts";
import type { Token } from "../../core/tokens/types.ts";
import { defined } from "../../std/defined.ts";
import { rfc3339 } from "../../std/time.ts";

/** What a look-up shows of a lease, or of the token whose lease it is. */

const timesOf = (issuedMs: number, expires: number, lastRenewalMs: number, nowMs: number) => ({
  issue_time: rfc3339(issuedMs),
  expire_time: expires === 0 ? null : rfc3339(expires * 1000),
  last_renewal: lastRenewalMs === 0 ? null : rfc3339(lastRenewalMs),
  ttl: expires === 0 ? 0 : Math.max(0, Math.floor(expires - nowMs / 1000)),
});

export const ofToken = (token: Token, nowMs: number) => ({
  id: tokenLeaseId(token),
  path: token.path,
  renewable: token.renewable,
  ...timesOf(token.issuedMs, token.expires, token.lastRenewalMs, nowMs),
});

/** Why it is still there, for operators. */
export const whyStuck = ({ state, error, attempts, due }: StuckLease) => ({
  state: state === "irrevocable" ? ("irrevocable" as const) : ("retrying" as const),
  revoke_error: error,
  revoke_attempts: attempts,
  next_revoke_attempt: rfc3339(due * 1000),
});

export const ofEngine = (lease: Lease, nowMs: number) =>
  defined({
    id: lease.id,
    path: lease.path,
    renewable: lease.renewable && lease.state === "live",
    ...timesOf(lease.issuedMs, lease.expires, lease.lastRenewalMs, nowMs),
    revoke_error: lease.state === "irrevocable" ? lease.error : undefined,
  });

export const LeaseShown = z.object({
  id: z.string(),
  path: z.string(),
  renewable: z.boolean(),
  issue_time: z.string(),
  expire_time: z.string().nullable(),
  last_renewal: z.string().nullable(),
  ttl: z.number(),
  revoke_error: z.string().optional(),
  state: z.enum(["retrying", "irrevocable"]).optional(),
  revoke_attempts: z.number().optional(),
  next_revoke_attempt: z.string().optional(),
});
