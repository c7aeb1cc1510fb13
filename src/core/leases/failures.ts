import { VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds, type Seconds } from "../../std/brand.ts";
import { plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { irrevocableAddress, leaseAddress, retryingAddress } from "../../storage/keys.ts";
import type { Condition, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { toSealed } from "../sealed.ts";
import { ending } from "./expiry.ts";
import type { LeaseItems } from "./items.ts";
import type { Lease } from "./types.ts";

/**
 * What happens to a lease that could not be revoked: the reason and the next try are written into it, and it is listed
 * with those that are retried, or with the irrevocable ones. Nothing is dropped.
 */

const MAX_ATTEMPTS = 6;
const RETRY_IRREVOCABLE = seconds(86400);
const ERROR_LENGTH = 240;
const NONE = as<EpochSeconds>(0);

/** The backend would not revoke; what it said is in the message, and recorded in the lease. */
export class RevocationFailed extends Error {
  override readonly name = "RevocationFailed";
}

/** Whether another try may succeed where this failed: the target did not answer, or not as it should. */
export const isMendable = (cause: unknown): boolean => !unrecoverable(cause);

const unrecoverable = (cause: unknown): boolean =>
  cause instanceof VaultError &&
  (cause.code === "unsupported_path" || cause.code === "unsupported_operation" || cause.code === "invalid_request");

export const textOf = (cause: unknown): string => {
  const text = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
  return `failed to revoke entry: resp: (*logical.Response)(nil) err: ${text === "" ? "unknown" : text}`;
};

/** Records one more failure, if `when` holds: else somebody else dealt with the lease meanwhile. */
export type RecordFailure = (lease: Lease, cause: unknown, when: Condition) => Promise<void>;

export const createFailures = (core: () => Core, items: LeaseItems): RecordFailure => {
  const backOff = (attempts: number): Seconds => {
    const spread = 0.5 + (core().random.bytes(1)[0] ?? 128) / 255;
    return seconds(10 * 2 ** attempts * spread);
  };

  const rows = (tag: string, final: boolean): readonly Write[] => {
    const body = { lease: tag };
    if (!final) return [{ op: "put", address: retryingAddress(tag), body, when: "any" }];
    return [
      { op: "put", address: irrevocableAddress(tag), body, when: "any" },
      { op: "delete", address: retryingAddress(tag), when: "any" },
    ];
  };

  return async (lease, cause, when) => {
    const tag = await items.tag(lease.id);
    const attempts = lease.attempts + 1;
    const exhausted = attempts >= MAX_ATTEMPTS;
    const final = exhausted || unrecoverable(cause) || lease.state === "irrevocable";
    const error = `${exhausted ? "out of retries: " : ""}${textOf(cause)}`.slice(0, ERROR_LENGTH);
    const state = final ? "irrevocable" : "revoking";
    const next: Lease = { ...lease, attempts, error, state, claimedUntil: NONE };
    const retry = plus(items.now(), final ? RETRY_IRREVOCABLE : backOff(attempts));
    core().signal({ kind: final ? "lease-irrevocable" : "lease-retried" });
    core().log(final ? "lease is irrevocable" : "lease revocation failed", { lease: tag, attempts });
    const put: Write = { op: "put", address: leaseAddress(tag), body: toSealed(next), clear: ending(retry, tag), when };
    await tryWrite(core().store, [put, ...rows(tag, final)]);
  };
};
