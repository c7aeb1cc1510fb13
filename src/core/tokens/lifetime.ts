import { permissionDenied, type VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds, type Seconds } from "../../std/brand.ts";
import type { Token } from "./types.ts";

/**
 * When a token ends, to the millisecond, and whether it was ended before. The clear attributes of its item hold whole
 * seconds, rounded up; code that finds it by them asks here.
 */

type Timed = Pick<Token, "expires" | "issuedMs" | "lastRenewalMs" | "ttl">;

/** Milliseconds since the epoch; `undefined` for a token without end. */
export const tokenEndMs = ({ expires, issuedMs, lastRenewalMs, ttl }: Timed): number | undefined =>
  expires === 0 ? undefined : (lastRenewalMs > 0 ? lastRenewalMs : issuedMs) + ttl * 1000;

export const tokenHasEnded = (token: Timed, nowMs: number): boolean => (tokenEndMs(token) ?? nowMs + 1) <= nowMs;

/** Whether somebody ended it, with its children or without. Its item may still be there. */
export const isRevoked = ({ revoked, tombstone }: Pick<Token, "revoked" | "tombstone">): boolean =>
  revoked || tombstone;

/** The refusal of a request that was let in while its token still lived. */
export const endedMeanwhile = (): VaultError => permissionDenied("the token ended while its request ran");

/** The whole second at which a token granted now has ended. */
export const endSecond = (nowMs: number, ttl: Seconds): EpochSeconds =>
  as<EpochSeconds>(Math.ceil((nowMs + ttl * 1000) / 1000));
