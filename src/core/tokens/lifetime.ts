import { as, type EpochSeconds, type Seconds } from "../../std/brand.ts";
import type { Token } from "./types.ts";

/**
 * When a token ends, to the millisecond. The clear attributes of its item hold whole seconds, rounded up; code that
 * finds it by them asks here.
 */

type Timed = Pick<Token, "expires" | "issuedMs" | "lastRenewalMs" | "ttl">;

/** Milliseconds since the epoch; `undefined` for a token without end. */
export const tokenEndMs = ({ expires, issuedMs, lastRenewalMs, ttl }: Timed): number | undefined =>
  expires === 0 ? undefined : (lastRenewalMs > 0 ? lastRenewalMs : issuedMs) + ttl * 1000;

export const tokenHasEnded = (token: Timed, nowMs: number): boolean => (tokenEndMs(token) ?? nowMs + 1) <= nowMs;

/** The whole second at which a token granted now has ended. */
export const endSecond = (nowMs: number, ttl: Seconds): EpochSeconds =>
  as<EpochSeconds>(Math.ceil((nowMs + ttl * 1000) / 1000));
