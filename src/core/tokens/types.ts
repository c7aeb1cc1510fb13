import type { Accessor, EpochSeconds, MountId, Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import type { Address, Entry, Store, Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { EntityView } from "../identity/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { AuthBlock } from "../request/answer.ts";

/** What a token is, and what may be done with tokens. */

/** The sealed body of a token's item. Times are epoch seconds unless they end in `Ms`. */
export interface Token {
  /** The HMAC under which the item is stored. */
  readonly tag: string;
  readonly accessor: Accessor | "";
  /** Tags of the chain above, nearest first; empty for an orphan. */
  readonly ancestors: readonly string[];
  readonly policies: readonly string[];
  /** Request path that made it. */
  readonly path: string;
  readonly meta: Readonly<Record<string, string>> | null;
  readonly displayName: string;
  /** Remaining; 0 means unlimited, -1 means used up. */
  readonly numUses: number;
  readonly issuedMs: number;
  /** Nanosecond text is made from these. */
  readonly creationTtl: Seconds;
  /** Granted last: by the latest renewal, else at creation. */
  readonly ttl: Seconds;
  /** 0: never. */
  readonly expires: EpochSeconds;
  readonly explicitMaxTtl: Seconds;
  readonly period: Seconds;
  readonly role: string;
  readonly entityId: string;
  readonly boundCidrs: readonly string[];
  readonly type: "service" | "batch";
  readonly renewable: boolean;
  readonly lastRenewalMs: number;
  /** False for the initial root token: it has no lease at all. */
  readonly leased: boolean;
  /** The mount whose login or create made it: decides TTL limits at renewal. */
  readonly mountId: MountId;
  /** From `LoginGrant`: what `renewLogin` needs. */
  readonly internal: JsonObject | null;
  /** The policies of its entity do not count for it. */
  readonly withoutIdentity?: boolean;
  /** Parameters of the login's role, for renewal. */
  readonly limits: { readonly ttl: Seconds; readonly maxTtl: Seconds };
  /** Set for wrapping tokens: what they carry. */
  readonly wrap: WrappedAnswer | null;
  /** Being revoked: unusable, clean-up may still run. */
  readonly revoked: boolean;
  /** Ended by revoke-orphan: unusable, but its children live on. */
  readonly tombstone: boolean;
}

export interface WrappedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The answer, byte for byte, base64. */
  readonly body: string;
  readonly creationTimeMs: number;
  readonly creationPath: string;
  readonly ttl: Seconds;
  readonly wrappedAccessor: string;
  readonly format: "" | "jwt";
}

/** The items behind a token; a batch token has none of its own. */
export interface Seen {
  readonly token?: Entry | undefined;
  readonly entity?: Entry | undefined;
}

/** A token that passed every check of this request. */
export interface KnownToken {
  readonly id: Sensitive<string>;
  readonly token: Token;
  readonly entity: EntityView | undefined;
  /** Token policies and identity policies. */
  readonly policies: readonly string[];
  /** Of its entity and that one's groups, where they count for the token. */
  readonly identityPolicies: readonly string[];
  readonly isRoot: boolean;
  /** As this request read them, so that changing them needs no other read; absent once the request changed them. */
  readonly seen: Seen;
}

/** Why a presented token is refused. `invalid`: the caller is told so (agents then log in again). */
export interface Refused {
  readonly refused: string;
  readonly invalid: boolean;
}

export interface NewToken {
  readonly id?: string | undefined;
  readonly parent?: Token | undefined;
  readonly policies: readonly string[];
  readonly path: string;
  readonly mount: Mount;
  readonly meta?: Readonly<Record<string, string>> | null;
  readonly displayName: string;
  readonly numUses?: number;
  /** Already computed by `../login/ttl.ts`; 0: never. */
  readonly ttl: Seconds;
  readonly explicitMaxTtl?: Seconds;
  readonly period?: Seconds;
  readonly role?: string;
  /** The auth method's role the login used, in lower case. */
  readonly loginRole?: string | undefined;
  readonly entityId?: string;
  readonly boundCidrs?: readonly string[];
  readonly type: "service" | "batch";
  readonly renewable: boolean;
  readonly leased?: boolean;
  readonly internal?: JsonObject;
  readonly withoutIdentity?: true;
  readonly limits?: { readonly ttl: Seconds; readonly maxTtl: Seconds };
  readonly wrap?: WrappedAnswer;
  /** Further writes of the same transaction: entity, spent signature. */
  readonly writes?: readonly Write[] | undefined;
}

export interface MadeToken {
  readonly id: Sensitive<string>;
  readonly token: Token;
}

export interface Tokens {
  /** The opaque tag of a token as presented; `undefined` for text that cannot be a token. */
  tag(id: string): Promise<string | undefined>;
  address(tag: string): Promise<Address>;
  /** What to read for a presented token: itself, and its ancestors and entity as last seen here. */
  prefetch(id: Sensitive<string>): Promise<readonly Address[]>;
  /** What a token's entry depends on, whether or not the token lives: its ancestors and its entity. */
  prefetchTies(entry: Entry): Promise<readonly Address[]>;
  /**
   * The token if it lives: clock, ancestors, CIDR, entity. Does not spend a use. `read` serves what was prefetched.
   * Otherwise answers why not; the caller turns that into one wire text.
   */
  know(
    id: Sensitive<string>,
    read: (addresses: readonly Address[]) => Promise<readonly (Entry | undefined)[]>,
    snapshot: Snapshot,
    sourceAddress: string,
  ): Promise<KnownToken | Refused>;
  /** Spends one use of a token that counts them; reports the last use. Throws `permission_denied` if none was left. */
  spend(known: KnownToken): Promise<{ readonly known: KnownToken; readonly last: boolean }>;
  create(token: NewToken): Promise<MadeToken>;
  /** By tag, whatever its state; expired and revoked ones are absent. */
  find(tag: string): Promise<Token | undefined>;
  /** By id as presented, batch tokens included. */
  lookup(id: string): Promise<Token | undefined>;
  /** `read` serves what was prefetched (`accessorAddress`). */
  byAccessor(accessor: string, read?: Store["get"]): Promise<Token | undefined>;
  /** Where an accessor leads. */
  accessorAddress(accessor: string): Promise<Address>;
  accessors(): Promise<readonly string[]>;
  /** Writes changed lifetimes (renewal). Throws `permission_denied` when it was revoked meanwhile. `seen`: its item. */
  update(
    token: Token,
    change: Partial<
      Pick<Token, "ttl" | "expires" | "lastRenewalMs" | "internal" | "limits" | "period" | "explicitMaxTtl">
    >,
    seen?: Entry,
  ): Promise<Token>;
  /**
   * Refuses the token and every descendant at once, then revokes leases and removes what belongs to them. `seen`: its
   * item.
   */
  revoke(tag: string, seen?: Entry): Promise<void>;
  /** Refuses this token only; its children become orphans. */
  revokeOrphan(tag: string): Promise<void>;
  /** Continues the clean-up of a token that has ended, however it ended. Idempotent. */
  cleanUp(token: Token): Promise<void>;
  authBlock(made: MadeToken, entity: EntityView | undefined): AuthBlock;
}
