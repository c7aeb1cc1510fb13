import { createBoundedMap } from "../../std/bounded-map.ts";

/**
 * Counts requests of one environment per rule and caller: up to the limit in each interval, then none until the next
 * interval, or until the block ends. It forgets callers whose interval is over, and under a flood of addresses the
 * oldest: its memory is bounded, so a flood may have its count restarted.
 */

export interface Rate {
  /** Requests per interval; a fraction is rounded up, as in Vault. */
  readonly rate: number;
  readonly intervalMs: number;
  /** How long a caller is refused after the first request too many; 0: until the interval ends. */
  readonly blockMs: number;
}

export interface Taken {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until requests are let through again. */
  readonly resetMs: number;
}

interface Window {
  began: number;
  used: number;
  blockedUntil: number;
}

const MAX_CALLERS = 10_000;

export interface RateLimiter {
  take(key: string, rate: Rate, nowMs: number): Taken;
}

export const createRateLimiter = (maxCallers: number = MAX_CALLERS): RateLimiter => {
  const windows = createBoundedMap<string, Window>(maxCallers);

  const windowOf = (key: string, { intervalMs }: Rate, now: number): Window => {
    const known = windows.get(key);
    if (known && known.blockedUntil > now) return known;
    if (known && now - known.began < intervalMs && now >= known.began) return known;
    const fresh = { began: now, used: 0, blockedUntil: 0 };
    windows.set(key, fresh);
    return fresh;
  };

  return {
    take: (key, rate, now) => {
      const limit = Math.ceil(rate.rate);
      const window = windowOf(key, rate, now);
      if (window.blockedUntil > now) return { allowed: false, limit, remaining: 0, resetMs: window.blockedUntil - now };
      const resetMs = window.began + rate.intervalMs - now;
      if (window.used < limit) {
        window.used += 1;
        return { allowed: true, limit, remaining: limit - window.used, resetMs };
      }
      if (rate.blockMs <= 0) return { allowed: false, limit, remaining: 0, resetMs };
      window.blockedUntil = now + rate.blockMs;
      return { allowed: false, limit, remaining: 0, resetMs: rate.blockMs };
    },
  };
};
