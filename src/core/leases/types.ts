import type { LeaseGrant, PendingLease } from "../../framework/index.ts";
import type { EpochSeconds, LeaseId, MountId, MountPath, Seconds } from "../../std/brand.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { Store } from "../../storage/store.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Counted } from "../quotas/types.ts";
import type { KnownToken, Token } from "../tokens/types.ts";

/** What a lease is, and what may be done with leases. */

/** The sealed body of a lease's item. */
export interface Lease {
  readonly id: LeaseId;
  readonly path: string;
  readonly mountId: MountId;
  readonly mountPath: MountPath;
  readonly type: string;
  readonly internal: JsonObject;
  readonly token: string;
  readonly tokenType: "service" | "batch";
  readonly issuedMs: number;
  readonly expires: EpochSeconds;
  /** Epoch seconds after which no renewal helps. */
  readonly maxExpires: EpochSeconds;
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
  readonly renewable: boolean;
  readonly lastRenewalMs: number;
  readonly state: "pending" | "live" | "revoking" | "irrevocable";
  readonly attempts: number;
  readonly error: string;
  /** Until then its request may still be making the credential: it must not be forgotten. 0: confirmed. */
  readonly pendingUntil: EpochSeconds;
  /** Until then one revoker has it to itself. 0: none. */
  readonly claimedUntil: EpochSeconds;
}

/** One row per lease or leased token; a token's row names its accessor. `id` is empty for a token without a lease. */
export interface LeaseRow {
  readonly id: string;
  readonly lease?: string;
  readonly token?: string;
  readonly accessor?: string;
  /** Of the login that made the token, in lower case. */
  readonly role?: string | undefined;
  /** A token that no lease-count rule counts: root, or one without an end. */
  readonly uncounted?: boolean | undefined;
  /** By which lease-count rule it is counted; absent: by none. */
  readonly counted?: Counted | undefined;
}

/** A lease whose revocation failed, and when it is tried again. */
export interface StuckLease extends Lease {
  readonly due: EpochSeconds;
}

/**
 * `making`: its request is not done; `busy`: another revoker is; `elsewhere`: another function serves it, and this one
 * hands nothing to it.
 */
export type Outcome = "revoked" | "making" | "busy" | "elsewhere";

/**
 * What became of an attempt to revoke: `gone`: nothing is left of it; `later`: it is refused already, and the sweeper
 * ends it (its maker is not done yet, somebody else is revoking it, or another function serves its backend).
 */
export type Revoked = "gone" | "later";

export interface Sweep {
  readonly revoked: number;
  readonly failed: number;
  /** The deadline came first. */
  readonly more: boolean;
}

export interface SweepOptions {
  /** Shards of the expiry index; absent: all of them. */
  readonly shards?: readonly number[] | undefined;
  /**
   * Goes on looking, every few seconds until the deadline, as long as it finds something. Without it a sweep ends when
   * nothing more can be ended now.
   */
  readonly linger?: boolean | undefined;
}

/**
 * Asks the function that serves a mount to end leases, named by their tags. Answers whether it did what it could: the
 * leases say what became of them. `false`: this process knows no such function. Throws where it cannot be reached.
 */
export type HandOver = (to: string, tag: string) => Promise<boolean>;

/** `read`, where it is given, serves what a request prefetched: the lease (`leaseAddress`). */
export interface Leases {
  pend(
    grant: LeaseGrant,
    path: string,
    mount: Mount,
    known: KnownToken,
  ): Promise<{ pending: PendingLease; warnings: readonly string[] }>;
  /** Makes a pending lease live. Where that fails, what was made is revoked before this throws. */
  confirm(pending: PendingLease): Promise<Lease>;
  /** Revokes what was made for a pending lease instead. Never throws. */
  abandon(pending: PendingLease): Promise<void>;
  /** Live, ended or irrevocable; one that is being made or revoked is absent, and so are the leases of tokens. */
  lookup(id: string, read?: Store["get"]): Promise<Lease | undefined>;
  /** Whether a lease of this mount stands: live, its end ahead, and its token not ended, by whatever way. */
  stands(id: string, mount: MountId): Promise<boolean>;
  /** The token whose lease id this is, if it lives. */
  tokenOf(id: string): Promise<Token | undefined>;
  /** Asks the backend, then extends. Throws `VaultError` with Vault's texts. */
  renew(
    id: string,
    increment: Seconds,
    read?: Store["get"],
  ): Promise<{ readonly lease: Lease; readonly warnings: readonly string[] }>;
  /** At the backend, then here; a token's lease ends the token. `force` ignores the backend's failure. */
  revoke(id: string, options?: { readonly force?: boolean; readonly read?: Store["get"] }): Promise<Revoked>;
  /** Ends it now and leaves the clean-up to the sweeper. */
  expireNow(id: string): Promise<void>;
  /**
   * Everything below a prefix, or the one lease with exactly this id. Waits until `deadlineMs`; what is left then goes
   * on as a job, whose id is answered. Not `sync`: always a job. Throws at the first lease that cannot be revoked.
   */
  revokePrefix(
    prefix: string,
    options: { readonly force: boolean; readonly sync: boolean; readonly deadlineMs: number },
  ): Promise<{ readonly job?: string }>;
  /** All leases and tokens of a mount. Throws at the first that cannot be revoked. `done`: none is left. */
  revokeMount(mountId: MountId, deadlineMs: number): Promise<{ readonly done: boolean; readonly handled: number }>;
  list(prefix: string): Promise<readonly string[]>;
  /** Those whose revocation failed for good, or fails and is tried again. */
  irrevocable(limit?: number): Promise<readonly StuckLease[]>;
  retrying(limit?: number): Promise<readonly StuckLease[]>;
  /** One of these by its id. */
  stuck(id: string): Promise<StuckLease | undefined>;
  /** Lease ids a token holds. */
  ofToken(tag: string): Promise<readonly LeaseId[]>;
  /** Ends what is due. Begins no revocation after the deadline. Runs in one process follow one another. */
  sweep(deadlineMs: number, options?: SweepOptions): Promise<Sweep>;
  /** Ends those of these leases, given by tag, that are due and whose mount is served here. Throws if the table fails. */
  endDue(tags: readonly string[], deadlineMs: number): Promise<void>;
  /** A table item that DynamoDB's TTL removed, as the stream shows it. */
  removed(entry: { readonly pk: string; readonly sk: string; readonly body: JsonValue }): Promise<void>;
}
