import { invalidRequest } from "../../framework/index.ts";
import type { EpochSeconds, Seconds } from "../../std/brand.ts";
import { compactDuration, plus, seconds } from "../../std/time.ts";

/**
 * Vault's TTL arithmetic for tokens and leases, in whole seconds. Pure.
 *
 * Security: nothing granted here may pass the mount's maximum or an explicit maximum, both counted from the issue.
 */

export interface TtlRequest {
  readonly now: EpochSeconds;
  /** When the token or lease was issued; equals `now` at creation. */
  readonly issued: EpochSeconds;
  /** What the caller asks for; 0: the role's, then the mount's default. */
  readonly increment: Seconds;
  readonly roleTtl: Seconds;
  readonly roleMaxTtl: Seconds;
  readonly explicitMaxTtl: Seconds;
  readonly period: Seconds;
  readonly mountDefault: Seconds;
  readonly mountMax: Seconds;
}

export interface TtlGrant {
  readonly ttl: Seconds;
  readonly expires: EpochSeconds;
  readonly warnings: readonly string[];
}

export const PAST_MAX = "past the max TTL, cannot renew";

/** The smallest of the values that are set (above 0); 0 when none is. */
export const smallestOf = (values: readonly number[]): number => {
  const set = values.filter((value) => value > 0);
  return set.length === 0 ? 0 : Math.min(...set);
};

export const smallest = (...values: readonly Seconds[]): Seconds => seconds(smallestOf(values));

const capped = (what: string, asked: Seconds, limit: Seconds): string => {
  const name = what === "period" ? "period" : "TTL";
  return `${what} of "${compactDuration(asked)}" exceeded the effective max_ttl of "${compactDuration(limit)}"; ${name} value is capped accordingly`;
};

const wantedTtl = ({ increment, roleTtl, mountDefault }: TtlRequest): Seconds =>
  [increment, roleTtl].find((value) => value > 0) ?? mountDefault;

/**
 * The lifetime to grant. Warnings carry Vault's text. Throws `invalid_request` with `past the max TTL, cannot renew`.
 * Source: Vault `framework.CalculateTTL`.
 */
export const grantTtl = (request: TtlRequest): TtlGrant => {
  const warnings: string[] = [];
  const max = smallest(request.mountMax, request.roleMaxTtl, request.explicitMaxTtl);
  const periodic = request.period > 0;
  let ttl = periodic ? smallest(request.period, max) : wantedTtl(request);
  if (periodic && ttl < request.period) warnings.push(capped("period", request.period, max));
  const bound = periodic ? request.explicitMaxTtl : max;
  if (bound > 0) {
    const remaining = seconds(request.issued + bound - request.now);
    if (remaining <= 0) throw invalidRequest(PAST_MAX);
    if (ttl > remaining) {
      warnings.push(capped("TTL", ttl, remaining));
      ttl = remaining;
    }
  }
  return { ttl, expires: plus(request.now, ttl), warnings };
};
