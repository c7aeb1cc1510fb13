import type { Secret } from "../../client/contract.ts";
import { JsonNumber } from "../../std/json.ts";
import { parseExactDuration } from "../../std/time.ts";

/**
 * When a secret is fetched again. A KV v1 secret without a `ttl` of its own is looked at as often as other static
 * secrets; consul-template trusts the mount's 32 days. Source: consul-template, `dependency/vault_common.go`.
 */

export type Next =
  | { readonly kind: "after"; readonly ms: number }
  /** Milliseconds since the epoch: the date in a certificate. */
  | { readonly kind: "at"; readonly date: number }
  /** The lease is renewed for as long as that works; `ms` is its time where it cannot be renewed after all. */
  | { readonly kind: "renew"; readonly ms: number };

export interface Rules {
  /** Milliseconds: `static_secret_render_interval`. */
  readonly interval: number;
  /** `lease_renewal_threshold` */
  readonly threshold: number;
}

/** The answer cannot be used yet: the fetch is tried again. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

/** All of the stagger around the threshold. */
const SPREAD = 0.1;

/** The share of a life after which there is a new one; `chance` is uniform between 0 and 1. */
export const shareOf = (threshold: number, chance: number, spread = SPREAD): number => {
  const share = threshold + (chance - 0.5) * spread;
  return share > 0 && share < 1 ? share : threshold;
};

const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === "number" ? value : value instanceof JsonNumber ? Number(value.value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
};

/** Seconds, as a number or a text such as `1h`. */
const durationOf = (value: unknown): number | undefined => {
  if (typeof value !== "string") return numberOf(value);
  try {
    return parseExactDuration(value);
  } catch {
    return undefined;
  }
};

/** Seconds that a KV v1 secret's writer gave it, by its key `ttl`. */
const hinted = ({ data, lease_duration }: Secret): number => {
  const ttl = durationOf(data?.["ttl"]);
  if (ttl === undefined || ttl <= 0) return 0;
  return lease_duration > 0 ? Math.min(ttl, lease_duration) : 0;
};

const isRenewable = ({ auth, lease_id, lease_duration, renewable }: Secret): boolean =>
  auth === null ? renewable && lease_id !== "" && lease_duration > 0 : auth.renewable && auth.lease_duration > 0;

/** What engines say in the data of an answer without a lease. */
const unleased = (secret: Secret, rules: Rules, now: number, share: number): Next | undefined => {
  const data = secret.data ?? {};
  const ttl = numberOf(data["ttl"]);
  if (Object.hasOwn(data, "rotation_period") && ttl !== undefined) {
    if (ttl === 0) throw new NotYet("the secret is being rotated (its ttl is 0)");
    // A second more, so that the new one is there.
    if (ttl > 0) return { kind: "after", ms: (ttl + 1) * 1000 };
  }
  const secretIdTtl = numberOf(data["secret_id_ttl"]);
  if (Object.hasOwn(data, "secret_id") && secretIdTtl !== undefined && secretIdTtl > 0) {
    return { kind: "after", ms: (secretIdTtl + 1) * 1000 * share };
  }
  const expiration = numberOf(data["expiration"]);
  if (Object.hasOwn(data, "certificate") && expiration !== undefined) {
    const left = expiration * 1000 - now;
    return left > 0 ? { kind: "at", date: now + left * share } : { kind: "after", ms: rules.interval * share };
  }
  return undefined;
};

/** Seconds; 0: it has no end that anybody knows. */
const leaseOf = (secret: Secret): number =>
  secret.auth?.lease_duration ?? (secret.lease_id === "" ? hinted(secret) : secret.lease_duration);

/** `now`: milliseconds since the epoch. Throws `NotYet`. */
export const nextFetch = (secret: Secret, rules: Rules, now: number, chance: number): Next => {
  const share = shareOf(rules.threshold, chance);
  const lease = leaseOf(secret);
  const ms = (lease > 0 ? lease * 1000 : rules.interval) * share;
  if (isRenewable(secret)) return { kind: "renew", ms };
  const hint = secret.lease_id === "" && secret.auth === null ? unleased(secret, rules, now, share) : undefined;
  return hint ?? { kind: "after", ms };
};

/** A list and everything else without an end. */
export const nextLook = ({ interval, threshold }: Rules, chance: number): Next => ({
  kind: "after",
  ms: interval * shareOf(threshold, chance),
});
