import type { Accessor, LeaseId, Seconds } from "../std/brand.ts";
import type { JsonObject } from "../std/json.ts";
import type { Sensitive } from "../std/sensitive.ts";
import type { Write } from "../storage/store.ts";

/** What a handler gives back, and what it asks core to do: record a lease, make a token. */

/** What a backend asks core to record. `internal` must suffice to renew and revoke; it is sealed, never shown. */
export interface LeaseGrant {
  /** Key into `Backend.leases`. */
  readonly type: string;
  /** Wanted; 0: the mount's default. Core caps both at the mount's maximum. */
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
  readonly renewable: boolean;
  readonly internal: JsonObject;
}

/** A lease written as pending: what core decided, for the engine to write into the outside world (`VALID UNTIL`). */
export interface PendingLease extends LeaseGrant {
  readonly id: LeaseId;
  /** Epoch seconds after which the lease can never be renewed. */
  readonly maxExpires: number;
}

/** A lease as a backend sees it when asked to renew or revoke it. */
export interface LeaseType {
  readonly id: LeaseId;
  readonly type: string;
  readonly internal: JsonObject;
  /** Epoch seconds. */
  readonly issued: number;
  readonly expires: number;
}

/** The token parameters every auth method's roles share (`token_*`). 0 and absent: not limited, or the mount's. */
export interface TokenParams {
  readonly policies: readonly string[];
  readonly noDefaultPolicy?: boolean;
  readonly ttl?: Seconds;
  readonly maxTtl?: Seconds;
  readonly explicitMaxTtl?: Seconds;
  readonly period?: Seconds;
  readonly numUses?: number;
  readonly boundCidrs?: readonly string[];
  readonly type?: "default" | "service" | "batch" | "default-service" | "default-batch";
}

/**
 * What a login shows and must not be shown again later (a signature). The token is made only if it was never seen in 15
 * minutes, or first seen less than `window` ago; the window of the first login that shows it counts.
 */
export interface Once {
  readonly value: string;
  /** 0: strictly once. */
  readonly window: Seconds;
}

/** A login that the auth method vouches for; core makes entity, token and lease from it. */
export interface LoginGrant {
  /** Appended to the mount path with `-`. */
  readonly displayName: string;
  readonly token: TokenParams;
  readonly metadata: Readonly<Record<string, string>>;
  /** Secrets for the caller alone, shown among the metadata of this one answer: the token keeps none of them. */
  readonly shownOnce?: Readonly<Record<string, string>> | undefined;
  /** Who this is at this mount. Absent: no entity. */
  readonly alias?: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> };
  /**
   * The role that was used: lease counts of one role count by it, and rate limits where `roleOf` could not know it
   * before the login.
   */
  readonly role?: string;
  /** Names of external groups as the other side reports them, at the login and at each renewal; absent: as they were. */
  readonly groupAliases?: readonly string[];
  /** Kept sealed with the token for `renewLogin`. */
  readonly internal?: JsonObject;
  readonly renewable?: boolean;
  /** The method has judged the caller's address: `token.boundCidrs` then bind the token's use, not this login. */
  readonly addressJudged?: true;
  /**
   * Spends one use of the credential: writes to the method's own storage that hold only if it is unspent. They are part of
   * the transaction that makes the token. Asked again for each try, and looks again then; throws where nothing is left.
   */
  readonly spend?: (() => Promise<readonly Write[]>) | undefined;
  readonly once?: Once;
}

export interface LoginRenewal {
  readonly internal: JsonObject;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly increment: Seconds;
}

/** A token that already exists, as the `auth` block shows it. */
export interface IssuedAuth {
  readonly clientToken: Sensitive<string>;
  readonly accessor: Accessor | "";
  readonly policies: readonly string[];
  readonly tokenPolicies: readonly string[];
  readonly identityPolicies: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  /** See `LoginGrant.shownOnce`; hashed in the audit log. */
  readonly shownOnce?: Readonly<Record<string, string>> | undefined;
  readonly leaseDuration: Seconds;
  readonly renewable: boolean;
  readonly entityId: string;
  readonly tokenType: "service" | "batch";
  readonly orphan: boolean;
  readonly numUses: number;
}

/** What no reply of another kind may carry: `{ data, auth }` does not compile. */
type Neither<Extras extends string> = { readonly [K in Extras]?: never };

interface Told {
  /** Sent to the caller with the answer. */
  readonly warnings?: readonly string[];
  /** Only where Vault answers another status than 200 or 204 (202 for tidy, 404 with data for a deleted version). */
  readonly status?: number;
}

/** Data in the envelope, with the lease it lives by. */
export interface DataReply<Out> extends Told, Neither<"auth" | "bare" | "raw" | "wrap" | "headers" | "failure"> {
  readonly data: Out;
  /** Confirms a lease made by `cx.pend`. */
  readonly lease?: PendingLease;
  /** Reported as `lease_duration` without a lease (KV v1). */
  readonly leaseDuration?: Seconds;
  /** The accessor of what `data` holds, shown as `wrapped_accessor` when the answer is wrapped. */
  readonly wrappedAccessor?: string;
}

/** No data: a status alone has no body, `data: null` or a warning brings the envelope. */
export interface EmptyReply
  extends Told,
    Neither<"lease" | "leaseDuration" | "wrappedAccessor" | "auth" | "bare" | "raw" | "wrap" | "headers" | "failure"> {
  readonly data?: null;
}

/** A login that core turns into a token. `data`: `{}` where Vault's method shows that instead of `null`. */
export interface LoginReply
  extends Told,
    Neither<"lease" | "leaseDuration" | "wrappedAccessor" | "bare" | "raw" | "wrap" | "headers" | "failure"> {
  readonly data?: Readonly<Record<string, never>>;
  readonly auth: LoginGrant;
}

/** Response headers that an answer outside the envelope may set, where its operation declares them. */
export type AnswerHeader =
  | "cache-control"
  /** Of a JSON body that is not plain JSON: `application/problem+json`. */
  | "content-type"
  | "last-modified"
  | "link"
  | "location"
  | "pragma"
  | "replay-nonce"
  | "retry-after"
  | "www-authenticate";

/** Values of declared headers, by name. */
type SetHeaders<Names extends AnswerHeader> = [Names] extends [never] ? never : { readonly [Name in Names]?: string };

/** A JSON body without the envelope (`sys/health`, `sys/seal-status` …). */
export interface BareReply<Out, Names extends AnswerHeader = never>
  extends Neither<"data" | "lease" | "leaseDuration" | "wrappedAccessor" | "auth" | "raw" | "wrap" | "warnings"> {
  readonly bare: Out;
  readonly status?: number;
  /** The status for HEAD, where it is not that for GET. */
  readonly headStatus?: number;
  readonly headers?: SetHeaders<Names>;
  /** Of a body that tells of a failure: which, for the audit line. Never a secret. */
  readonly failure?: string;
}

/** Bytes, unchanged (an unwrapped answer, metrics, a certificate). */
export interface RawReply<Names extends AnswerHeader = never>
  extends Neither<"data" | "lease" | "leaseDuration" | "wrappedAccessor" | "auth" | "bare" | "warnings" | "failure"> {
  readonly raw: { readonly contentType: string; readonly body: Uint8Array };
  readonly status?: number;
  readonly headers?: SetHeaders<Names>;
  /** Wraps this answer whatever the header says (rewrap), and the path to name in it. */
  readonly wrap?: { readonly ttl: Seconds; readonly path: string };
}

/**
 * An answer that only core can give, about a token or lease that exists already: see `src/core/request/core-reply.ts`.
 * The private member keeps object literals out.
 */
export abstract class CoreReply {
  readonly #core = true;
  readonly warnings: readonly string[];
  declare readonly data?: never;
  declare readonly status?: never;
  declare readonly lease?: never;
  declare readonly leaseDuration?: never;
  declare readonly wrappedAccessor?: never;
  declare readonly auth?: never;
  declare readonly bare?: never;
  declare readonly raw?: never;
  declare readonly wrap?: never;
  declare readonly headers?: never;
  declare readonly failure?: never;
  constructor(warnings: readonly string[]) {
    this.warnings = warnings;
  }
  /** Whether a value was made by a subclass of this one. */
  static is(value: object): value is CoreReply {
    return #core in value;
  }
}

/** What a handler gives back, and what it asks core to do: record a lease, make a token. */
export type Reply<Out = unknown> =
  | DataReply<Out>
  | EmptyReply
  | LoginReply
  | BareReply<unknown, AnswerHeader>
  | RawReply<AnswerHeader>
  | CoreReply;
