import type { Address, Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";

/** A request that may exceed a limit. */
export interface Limited {
  readonly decoded: Decoded;
  readonly mount: Mount | undefined;
  /** See `AuditRecord.payload`. */
  readonly payload: boolean;
}

/** What is known of a request before its body is looked at. */
export type Arriving = Pick<
  Decoded,
  "requestId" | "verb" | "method" | "path" | "token" | "wrapTtl" | "headers" | "sourceAddress"
>;

export interface Quotas {
  /**
   * By address and path alone, before the body is read; what another function serves is counted there alone. Throws
   * `rate_limited` for a request too many.
   */
  admit(arriving: Arriving): Promise<void>;
  /**
   * Once the request has a place to go, unless `admit` has counted it by the same rule. `role` answers the role a login
   * will use; it is asked only where a rule wants to know. Throws `rate_limited`.
   */
  limit(limited: Limited, snapshot: Snapshot, role: () => Promise<string | undefined>): Promise<void>;
  /** For a role that only the login itself could find out. Throws `rate_limited`. */
  limitRole(limited: Limited, role: string): Promise<void>;
  /** Headers that the answer to a request should have. Can be asked once: it forgets the request. */
  headersFor(requestId: string): Readonly<Record<string, string>> | undefined;
}

/** By which rule a lease is counted, and in which part of the rule's counter. */
export interface Counted {
  readonly rule: string;
  readonly shard: number;
}

/** What lease-count rules judge a lease by. */
export interface NewLease {
  readonly path: string;
  readonly mountId: string;
  /** Of a login, in lower case. */
  readonly role?: string | undefined;
}

/** A lease that may begin: `writes` belong into its transaction, `counted` into its listing row. */
export interface Entered {
  readonly counted: Counted | undefined;
  readonly writes: readonly Write[];
}

export interface LeaseCounts {
  /**
   * Counts a lease that begins. For a transaction that proves that the configuration is still `snapshot`. Throws
   * `rate_limited` where the rule that fits it best has no room; `ConditionFailed` of a write means: ask again.
   */
  enter(lease: NewLease, snapshot: Snapshot): Promise<Entered>;
  /** The same for other transactions: the proof is among the writes. */
  enterNow(lease: NewLease): Promise<Entered>;
  /** For what is not counted but may not begin either (batch tokens). Throws `rate_limited`. */
  room(lease: NewLease): Promise<void>;
  /** Whether any rule may count the lease of a listing row: those of other mounts pay nothing. */
  counts(row: Address): Promise<boolean>;
  /** Writes that remove a listing row and count its lease out. `ConditionFailed` of one means: ask again. */
  leaving(row: Address): Promise<readonly Write[]>;
  /** Counts the lease of a row by the rule that holds now; answers whether another counted it before. */
  recount(row: Address): Promise<boolean>;
  /** How many leases a rule counts now. */
  used(rule: string): Promise<number>;
}
