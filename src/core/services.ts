import type { Backend, CrashPoint, LeaseGrant, LoginGrant, PendingLease } from "../framework/index.ts";
import type { Acl, Decision, Policy } from "../policy/index.ts";
import type { Accessor, EpochSeconds, LeaseId, MountId, MountPath, Seconds } from "../std/brand.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import type { Sensitive } from "../std/sensitive.ts";
import type { Clock } from "../std/time.ts";
import type { Address, Entry, Store, Write } from "../storage/store.ts";
import type { AuthBlock, Decoded, Mount, MountConfig, Routed, WrapInfo } from "./stages.ts";

/**
 * The parts of core as their users see them. `core.ts` builds them once; the core backends (system, token, cubbyhole,
 * identity) receive them as factory arguments, other backends never see them.
 */

// ---- configuration: mounts, audit devices, quotas, settings; reloaded when the epoch changes ----

export interface Snapshot {
  /** Changes with every write to configuration or policies. */
  readonly epoch: string;
  /** Secrets engines and auth methods, by full path (`secret/`, `auth/aws/`). */
  readonly mounts: ReadonlyMap<MountPath, Mount>;
  readonly auditDevices: readonly AuditDevice[];
  /** Other configuration by kind and name: `setting/cors`, `quota/…`. */
  readonly settings: ReadonlyMap<string, JsonObject>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly sealed: boolean;
}

export interface AuditDevice {
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
  readonly local: boolean;
  /** HMAC key of the device, base64. */
  readonly salt: string;
}

export interface Config {
  /** Address of the epoch copy this environment reads; put it into every prefetch. */
  readonly epochAddress: Address;
  /** The snapshot as last loaded here; loads it if there is none. */
  snapshot(): Promise<Snapshot>;
  /** Takes the epoch as just read; reloads when it differs from the snapshot's. */
  fresh(epoch: Entry | undefined): Promise<Snapshot>;
  /** Writes configuration and raises the epoch in one transaction (at most 60 writes). */
  change(writes: readonly Write[]): Promise<Snapshot>;
  /** Address of a configuration item; `kind` is `mount`, `audit`, `quota`, `setting`, `group`. */
  address(kind: string, name: string): Promise<Address>;
  putMount(mount: Mount, when: "absent" | "present"): Promise<Snapshot>;
  removeMount(path: MountPath): Promise<Snapshot>;
  /** `undefined` removes it. */
  putSetting(kind: string, name: string, value: JsonObject | undefined): Promise<Snapshot>;
  /** The mount that serves a path, longest first. */
  mountFor(snapshot: Snapshot, path: string): Mount | undefined;
  drop(): void;
}

// ---- policies ----

export interface Policies {
  /** Text and parsed form; names are folded by the caller through `normalize`. Built-ins included. */
  get(name: string): Promise<Policy | undefined>;
  list(): Promise<readonly string[]>;
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The ACL of a set of policies for an identity; cached per epoch. Unknown names grant nothing. */
  acl(names: readonly string[], identity: EntityView | undefined): Promise<Acl>;
}

// ---- identity ----

/** A group's definition; its members lie with the entities. `null`: never given, which a read shows. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly type: "internal" | "external";
  readonly policies: readonly string[] | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly memberGroupIds: readonly string[];
  /** Whether members were ever set. */
  readonly membersGiven: boolean;
  /** Memberships of this generation count; a new one replaces all members at once. */
  readonly generation: string;
  readonly creationTime: string;
  readonly lastUpdateTime: string;
  readonly modifyIndex: number;
  readonly alias?: GroupAlias;
}

export interface GroupAlias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  readonly creationTime: string;
  readonly lastUpdateTime: string;
}

/** An entity as a request needs it: policies through groups, and what templates may name. */
export interface EntityView {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly policies: readonly string[];
  readonly aliases: readonly {
    readonly id: string;
    readonly name: string;
    readonly mountAccessor: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly customMetadata: Readonly<Record<string, string>>;
  }[];
  /** Direct and inherited. */
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
  /** The entity's own and those of all its groups, sorted, without doubles. */
  readonly allPolicies: readonly string[];
}

export interface LoginIdentity {
  readonly entity: EntityView;
  /** To be written in the transaction that makes the token: entity and alias, new or changed. */
  readonly writes: readonly Write[];
  /** Call when the transaction's condition failed on one of `writes`: forgets what was cached. */
  forget(): void;
}

export interface Identity {
  entityAddress(id: string): Promise<Address>;
  /** From an entry just read; `undefined` when the entity is gone. Follows a merge to the survivor. */
  view(entry: Entry | undefined, snapshot: Snapshot): Promise<EntityView | undefined>;
  /**
   * Finds or prepares the entity of a login. Warm (same alias seen here before): no call, and `writes` holds a check
   * that the entity is unchanged. Throws `permission_denied` for a disabled entity.
   */
  login(
    mount: Mount,
    alias: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> },
    groupAliases: readonly string[] | undefined,
  ): Promise<LoginIdentity>;
}

// ---- tokens ----

/** The sealed body of a token's item. Times are epoch seconds unless they end in `Ms`. */
export interface Token {
  /** The HMAC under which the item lies. */
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

/** A token that passed every check of this request. */
export interface KnownToken {
  readonly id: Sensitive<string>;
  readonly token: Token;
  readonly entity: EntityView | undefined;
  /** Token policies and identity policies. */
  readonly policies: readonly string[];
  readonly isRoot: boolean;
  /** Write counter of the item as read; 0 for a batch token. */
  readonly n: number;
}

/** Why a presented token is no good. `invalid`: the caller is told so (agents then log in again). */
export interface Refused {
  readonly refused: string;
  readonly invalid: boolean;
}

export interface NewToken {
  readonly id?: string;
  readonly parent?: Token;
  readonly policies: readonly string[];
  readonly path: string;
  readonly mount: Mount;
  readonly meta?: Readonly<Record<string, string>> | null;
  readonly displayName: string;
  readonly numUses?: number;
  /** Already computed by `ttl.ts`; 0: never. */
  readonly ttl: Seconds;
  readonly explicitMaxTtl?: Seconds;
  readonly period?: Seconds;
  readonly role?: string;
  readonly entityId?: string;
  readonly boundCidrs?: readonly string[];
  readonly type: "service" | "batch";
  readonly renewable: boolean;
  readonly leased?: boolean;
  readonly internal?: JsonObject;
  readonly limits?: { readonly ttl: Seconds; readonly maxTtl: Seconds };
  readonly wrap?: WrappedAnswer;
  /** Further writes of the same transaction: entity, spent signature. */
  readonly writes?: readonly Write[];
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
  /**
   * The token if it lives: clock, ancestors, CIDR, entity. Does not spend a use. `read` serves what was prefetched.
   * Answers why not otherwise; the caller turns that into one wire text.
   */
  know(
    id: Sensitive<string>,
    read: (addresses: readonly Address[]) => Promise<readonly (Entry | undefined)[]>,
    snapshot: Snapshot,
    sourceAddress: string,
  ): Promise<KnownToken | Refused>;
  /** Spends one use of a token that counts them; the last use is told. Throws `permission_denied` if none was left. */
  spend(known: KnownToken): Promise<{ readonly known: KnownToken; readonly last: boolean }>;
  create(token: NewToken): Promise<MadeToken>;
  /** By tag, whatever its state; expired and revoked ones are absent. */
  find(tag: string): Promise<Token | undefined>;
  /** By id as presented, also batch tokens. */
  lookup(id: string): Promise<Token | undefined>;
  byAccessor(accessor: string): Promise<Token | undefined>;
  accessors(): Promise<readonly string[]>;
  /** Writes changed lifetimes (renewal). Throws `permission_denied` when it was revoked meanwhile. */
  update(
    token: Token,
    change: Partial<
      Pick<Token, "ttl" | "expires" | "lastRenewalMs" | "internal" | "limits" | "period" | "explicitMaxTtl">
    >,
  ): Promise<Token>;
  /** Refuses the token and every descendant at once, then revokes leases and removes what belongs to them. */
  revoke(tag: string): Promise<void>;
  /** Refuses this token only; its children become orphans. */
  revokeOrphan(tag: string): Promise<void>;
  /** Continues the clean-up of a token that has ended, however it ended. Idempotent. */
  cleanUp(token: Token): Promise<void>;
  authBlock(made: MadeToken, entity: EntityView | undefined): AuthBlock;
}

// ---- leases ----

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
  /** Until then whoever asked for it may still be making the credential: it must not be forgotten. 0: confirmed. */
  readonly pendingUntil: EpochSeconds;
  /** Until then one revoker has it for itself. 0: none. */
  readonly claimedUntil: EpochSeconds;
}

/**
 * What became of an attempt to revoke: `gone` it is; `later` it is refused already, and the sweeper ends it (its
 * maker is not done yet, somebody else is at it, or another function serves its backend).
 */
export type Revoked = "gone" | "later";

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
  lookup(id: string): Promise<Lease | undefined>;
  /** The token whose lease id this is, if it lives. */
  tokenOf(id: string): Promise<Token | undefined>;
  /** Asks the backend, then extends. Throws `VaultError` with Vault's texts. */
  renew(id: string, increment: Seconds): Promise<{ readonly lease: Lease; readonly warnings: readonly string[] }>;
  /** At the backend, then here; a token's lease ends the token. `force` ignores the backend's failure. */
  revoke(id: string, options?: { readonly force?: boolean }): Promise<Revoked>;
  /** Ends it now and leaves the work to the sweeper. */
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
  irrevocable(limit?: number): Promise<readonly Lease[]>;
  /** Lease ids a token holds. */
  ofToken(tag: string): Promise<readonly LeaseId[]>;
  /** Removes rows that lead nowhere and ends leases whose token is gone, until the deadline. */
  tidy(deadlineMs: number): Promise<void>;
  /** One pass of the sweeper over what is due, then over unfinished jobs; answers how many ended. */
  sweep(deadlineMs: number): Promise<{ readonly revoked: number; readonly failed: number }>;
  /** A table item that DynamoDB's TTL removed, as the stream shows it. */
  removed(entry: { readonly pk: string; readonly sk: string; readonly body: JsonValue }): Promise<void>;
}

// ---- jobs ----

export type JobKind = "unmount" | "remount" | "revoke-prefix";

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly input: JsonObject;
  readonly state: "running" | "success" | "failure";
  readonly error: string;
  /** Leases and tokens dealt with so far. */
  readonly handled: number;
  readonly startedMs: number;
  /** Epoch seconds; 0: nobody is at it. */
  readonly claimedUntil: number;
}

export interface Jobs {
  /** A new job, to be written in the transaction that decides it. */
  begin(kind: JobKind, input: JsonObject): { readonly id: string; readonly write: Write };
  /** Carries a job on until the deadline; answers it as it is then. A failure of the table is thrown. */
  run(id: string, deadlineMs: number): Promise<Job | undefined>;
  find(id: string): Promise<Job | undefined>;
  list(): Promise<readonly Job[]>;
  /** Carries on every unfinished job. */
  resume(deadlineMs: number): Promise<void>;
}

// ---- wrapping, audit ----

export interface Wrapping {
  /** Wraps an encoded answer; the payload lies sealed in the wrapping token's own item. */
  wrap(answer: Omit<WrappedAnswer, "creationTimeMs">, mount: Mount): Promise<WrapInfo>;
  /** Without consuming it. `read`: where to read it instead of the table, such as what the request prefetched. */
  peek(id: string, read?: Store["get"]): Promise<WrappedAnswer | undefined>;
  /** Consumes: exactly one caller gets it. */
  take(id: string, read?: Store["get"]): Promise<WrappedAnswer | undefined>;
}

export interface AuditRecord {
  readonly decoded: Decoded;
  readonly routed?: Pick<Routed, "mount">;
  readonly known?: KnownToken;
  readonly decision?: Decision;
  readonly operation: string;
  readonly error?: string;
  /** Why, in our words: never sent to the caller. */
  readonly reason?: string;
}

export interface Audit {
  /** Throws `internal` when devices exist and none accepts the line. */
  request(record: AuditRecord): Promise<void>;
  response(
    record: AuditRecord,
    response: {
      readonly data?: unknown;
      readonly auth?: AuthBlock;
      readonly wrapInfo?: WrapInfo;
      readonly leaseId?: string;
      readonly warnings?: readonly string[];
    },
  ): Promise<void>;
  /** `sys/audit-hash`. */
  hash(device: AuditDevice, input: string): string;
  /** Whether a device with these options could be enabled. Throws `invalid_request`. */
  check(device: Pick<AuditDevice, "options">): Promise<void>;
  /** Signs the lines not yet signed: at the end of an invocation, when idle, and before the process ends. */
  flush(): Promise<void>;
  /** Since this environment started. */
  counts(): { readonly requests: number; readonly responses: number; readonly failures: number };
}

/** The built-in backend types by name, as core receives them. */
export interface Catalog {
  /** The code for a mount; `undefined` for an unknown type, and for one that another function serves. */
  find(
    kind: "secret" | "auth",
    type: string,
    options: Readonly<Record<string, string>>,
    path?: string,
  ): Promise<Backend | undefined>;
  /** Name of the function that serves this instead; `undefined` when nobody does. */
  elsewhere(kind: "secret" | "auth", type: string, path: string): string | undefined;
  readonly types: readonly {
    readonly kind: "secret" | "auth";
    readonly type: string;
    readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }[];
}

export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly crash: CrashPoint;
  readonly catalog: Catalog;
  readonly config: Config;
  readonly policies: Policies;
  readonly identity: Identity;
  readonly tokens: Tokens;
  readonly leases: Leases;
  readonly jobs: Jobs;
  readonly wrapping: Wrapping;
  readonly audit: Audit;
  readonly log: (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
}

export type { LoginGrant, MountConfig };
