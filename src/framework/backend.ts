import type { z } from "zod";
import type { FilledText } from "../policy/index.ts";
import type { Accessor, MountId, MountPath, PeerCertificates, Seconds } from "../std/brand.ts";
import type { Fold } from "../std/fold.ts";
import type { JsonObject } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import type { Address, View } from "../storage/store.ts";
import type { Answers, ReplyOf } from "./answers.ts";
import type { FindCache } from "./cache.ts";
import type { Challenges } from "./challenges.ts";
import type { LeaseGrant, LeaseType, LoginGrant, LoginRenewal, PendingLease } from "./reply.ts";

/**
 * What a backend is: a typed path table and the few hooks core calls. A backend trusts core to have checked the
 * caller before `handle` runs; it must never touch anything but its `BackendContext` and its factory's arguments.
 */

/** Vault's verbs, and OpenBao's `scan`. Each is also the capability a policy must grant for it. */
export type Operation = "create" | "read" | "update" | "patch" | "delete" | "list" | "scan";

/**
 * Names captured by a template: `{name}` is one segment shaped as Vault's generic name, `{name:at}` may hold `@`,
 * `{name:any}` is any one segment, `{path+}` one or more. `route.ts` says more.
 */
export type Captures<P extends string> = P extends `${string}{${infer N}}${infer Rest}`
  ? (N extends `${infer Name}+` ? Name : N extends `${infer Name}:${string}` ? Name : N) | Captures<Rest>
  : never;

export interface Request<P extends string, In> {
  /** What the path captured, folded as the table says: what policy and audit saw, and what things are found by. */
  readonly params: { readonly [K in Captures<P>]: string };
  /** The same as the caller wrote it: for showing a name and for naming what is new, never for finding. */
  readonly given: { readonly [K in Captures<P>]: string };
  readonly input: In;
  /** The operation as decided by the existence check. */
  readonly operation: Operation;
  /** The canonical path below the mount. */
  readonly path: string;
}

/** A capture whose names fold: other spellings of a name are the same name. */
export interface FoldedCapture {
  readonly description: string;
  readonly fold: Fold;
}
/** What a capture is: its description, and how its names fold unless each spelling is a name of its own. */
export type CaptureText = string | FoldedCapture;

/** Who asks, as far as a backend may know: never the token itself. Absent fields: not logged in. */
export interface Caller {
  readonly displayName: string;
  readonly entityId: string;
  readonly accessor: Accessor | "";
  readonly tokenType: "service" | "batch";
  readonly metadata: Readonly<Record<string, string>>;
  readonly policies: readonly string[];
  /** The token's own end in epoch seconds; 0 for a token without end. A lease never outlives a batch token. */
  readonly expires: number;
}

export interface MountInfo {
  readonly id: MountId;
  readonly path: MountPath;
  readonly type: string;
  readonly accessor: Accessor;
  readonly options: Readonly<Record<string, string>>;
  /** Effective values: the mount's own or the system's. */
  readonly defaultTtl: Seconds;
  readonly maxTtl: Seconds;
}

/** Everything a backend may touch. */
export interface BackendContext {
  readonly storage: View;
  readonly mount: MountInfo;
  /** Absent on unauthenticated operations, in renew and revoke, and in the hooks. */
  readonly caller?: Caller | undefined;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly requestId: string;
  /** Address of the peer as the front door saw it; `""` when unknown. */
  readonly sourceAddress: string;
  /** What the client showed in TLS; only auth methods need it. Absent: nothing, or no request. */
  readonly peerCertificates?: PeerCertificates | undefined;
  /** Request headers by lower-case name, without token and authorization headers. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /**
   * Records a lease as pending before the outside world is touched; `reply.lease` confirms it. A pending lease that
   * is never confirmed is revoked by the sweeper, so a crash leaves no orphan.
   */
  readonly pend: (grant: LeaseGrant) => Promise<PendingLease>;
  /**
   * Whether a lease that this mount granted still stands. Not once its revocation has begun, wherever that is carried
   * out, nor once its token ended: what a lease protects can be refused before the sweeper has removed it.
   */
  readonly leaseStands: (id: string) => Promise<boolean>;
  /**
   * Whether a recursive listing of the request's path leaves out a folder of the mount (`metadata/team/`) that is below
   * it, because of the caller's policies.
   */
  readonly scanLeavesOut: (folder: string) => Promise<boolean>;
  /**
   * Fills the `{{identity.…}}` directives of a text from the caller's entity and groups, or says why it cannot.
   * A value that `accepts` refuses counts as missing.
   */
  readonly fillIdentity: (text: string, accepts: (value: string) => boolean) => FilledText;
  /** Has somebody's control of a name or an address checked by who can reach the network. */
  readonly challenges: Challenges;
  /** Generates a password by a named password policy; `undefined` where no such policy exists. */
  readonly generatePassword: (policy: string) => Promise<string | undefined>;
  /** Values kept in the memory of this process for this mount; `cache.ts` says when they go. */
  readonly cache: FindCache;
  /**
   * Counts something in the backend's own metric, whose name is in `signals` of the backend: `static-rotation-failed`
   * is counted as `StaticRotationFailed`. Another name is logged and not counted. Never throws.
   */
  readonly signal: (name: string) => void;
  /** Named steps between which a crash-point test may kill the program; in production just the call. */
  readonly crash: CrashPoint;
  /** One line in the operator's log. Must hold no secret. */
  readonly log: (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
}

/** The seam of crash-point tests: a step runs, unless a test kills the program before or after it. */
export type CrashPoint = <T>(name: string, fn: () => Promise<T>) => Promise<T>;

export interface Op<P extends string, In, A extends Answers> {
  /** One imperative line: help, OpenAPI, API reference, web page. */
  readonly summary: string;
  /** Absent: token and policy. */
  readonly access?: "unauthenticated" | "sudo";
  /** Body, or query for read, list, scan and delete. A `z.object` reports unknown fields as warnings. */
  readonly input?: z.ZodType<In>;
  /** What it answers: documented always, the compiler and the tests hold the handler to it. */
  readonly answers: A;
  /** Addresses to read with the token, before it is known to be good; dropped unless allowed. The cache is to guess by. */
  readonly prefetch?: (
    request: { readonly params: Request<P, In>["params"]; readonly data: JsonObject },
    storage: View,
    cache: FindCache,
  ) => readonly Address[] | Promise<readonly Address[]>;
  /**
   * What `prefetch` names may be as old as the deployment allows, which by itself is not at all
   * (`zeroth:readCacheMs`). For reads of what callers store.
   */
  readonly mayBeRecent?: true;
  /** `undefined` means 404 for read, list and scan, 204 for the rest. Throws `VaultError`. */
  readonly handle: (request: Request<P, In>, cx: BackendContext) => Promise<ReplyOf<A> | undefined>;
}

export interface Path<P extends string = string> {
  readonly template: P;
  readonly summary: string;
  /** A description per capture, and how it folds (`folded`); the compiler counts them. */
  readonly params: { readonly [K in Captures<P>]: CaptureText };
  /** Splits POST into create and update; absent: every POST is an update. */
  readonly exists?: (
    request: { readonly params: Request<P, unknown>["params"] },
    cx: BackendContext,
  ) => Promise<boolean>;
  /** What is written and read here is the caller's own: the audit log hashes all of it, whatever its names say. */
  readonly payload?: true;
  /** An open path that looks at the token it is shown: the token is read together with the rest. */
  readonly looksAtToken?: true;
  /** The members of `data` are also copied to the top of the envelope, for clients older than it. */
  readonly dataInFront?: true;
  /** Answers while the server is sealed or not initialized: so it needs no key and no storage. */
  readonly alwaysAnswers?: true;
  // biome-ignore lint/suspicious/noExplicitAny: a table holds operations of many shapes
  readonly ops: { readonly [K in Operation]?: Op<P, any, any> };
}

/** A row of a table, whatever its template; `AnyOp` its operations. For what works on tables as such. */
// biome-ignore lint/suspicious/noExplicitAny: templates of many shapes in one list
export type AnyPath = Path<any>;
// biome-ignore lint/suspicious/noExplicitAny: operations of many shapes in one table
export type AnyOp = Op<any, any, any> & { readonly answers: Answers };

export type Renew = (lease: LeaseType, increment: Seconds, cx: BackendContext) => Promise<LeaseGrant>;
/** Must succeed when the thing is already gone: revocation is tried again until it does. */
export type Revoke = (lease: LeaseType, cx: BackendContext) => Promise<void>;

export interface LeaseHooks {
  readonly renew?: Renew;
  readonly revoke: Revoke;
  /**
   * Names the target that a revocation waits for, where one mount has several, from what the backend keeps in the lease.
   * One that is slow or down then holds up its own leases alone. Must not throw. Absent: the mount is one target.
   */
  readonly target?: (internal: JsonObject) => string;
}

export interface Backend {
  readonly kind: "secret" | "auth";
  /** The word an operator mounts: `kv`, `approle`. */
  readonly type: string;
  readonly help: string;
  readonly paths: readonly AnyPath[];
  readonly leases?: { readonly [type: string]: LeaseHooks };
  /**
   * Auth methods: asked at every renewal of a token it made; throws to refuse. `undefined`: the token stays as it is
   * and the answer is empty. Absent: renewal by the grant alone.
   */
  readonly renewLogin?: (login: LoginRenewal, cx: BackendContext) => Promise<LoginGrant | undefined>;
  /** What its context may signal, by name in kebab case, and what each means. */
  readonly signals?: Readonly<Record<string, string>>;
  /** Called once when mounted, with the mount's options as given; may refuse. */
  readonly onMount?: (cx: BackendContext) => Promise<void>;
  /**
   * The name a login would be known by, before it is checked, from the raw body: what user lockout counts by.
   * Must fold case and space exactly as the login does.
   */
  readonly lockoutName?: (path: string, body: JsonObject) => string | undefined;
  /**
   * The role a login will use, from the raw body and what is stored: what rate limits of one role count by.
   * `undefined`: no login, or the login itself finds out and says so in its grant (`LoginGrant.role`).
   */
  readonly roleOf?: (path: string, body: JsonObject, storage: View) => Promise<string | undefined>;
  /**
   * Scheduled work. `core/schedule` calls `run` for each mount, once `every` has passed since the last time it was
   * begun, and a minute at the earliest in a deployment; in the function that hosts the backend, one process at a time.
   * It may be killed anywhere and must then do the right thing when it is called again. It stops by itself at
   * `deadlineMs` (by `cx.clock`) and leaves the rest to the next time. What it throws is recorded for operators, so it
   * throws `VaultError` with a text they can use; it is called again after a minute, then less and less often.
   */
  readonly periodic?: {
    readonly every: Seconds;
    readonly run: (cx: BackendContext, deadlineMs: number) => Promise<void>;
  };
  /**
   * What a mount leaves outside the table, taken down. Called when the mount is being removed: no request reaches it
   * any more, its leases are revoked, its entries are still there and are removed afterwards by core. Called in the
   * function that hosts the backend (its row in the catalog says `onUnmount` too), and called again after a crash, so
   * what is gone already must not fail it. Throws `invalid_request` to fail the removal for good; anything else is
   * tried again. Memory of this process needs no hook: `cx.cache` is emptied automatically.
   */
  readonly onUnmount?: (cx: BackendContext) => Promise<void>;
}

/** Identity functions that exist for inference. */
export const op = <P extends string, In, const A extends Answers>(definition: Op<P, In, A>): Op<P, In, A> => definition;
export const path = <const P extends string>(template: P, definition: Omit<Path<P>, "template">): Path<P> => ({
  template,
  ...definition,
});
/** Describes a capture whose names fold. */
export const folded = (fold: Fold, description: string): FoldedCapture => ({ fold, description });
export const defineBackend = (backend: Backend): Backend => backend;
