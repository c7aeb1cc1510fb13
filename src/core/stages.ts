import type { Backend, IssuedAuth, MountInfo, Op, Operation, Path, Reply } from "../framework/index.ts";
import type { Accessor, LeaseId, MountPath, Seconds } from "../std/brand.ts";
import type { JsonObject } from "../std/json.ts";
import type { Sensitive } from "../std/sensitive.ts";

/**
 * The stages of one request, as types. Each stage takes what the stage before returns, so a handler cannot be reached
 * with a request that was not allowed: that call does not type-check. `pipeline.ts` is the list of calls.
 */

/** What HTTP asked for; `update` is not yet split into create and update. */
export type Verb = "read" | "list" | "update" | "patch" | "delete" | "header" | "help";

/** Out of `http/decode.ts`: one request in Vault's terms, whatever front door it came through. */
export interface Decoded {
  readonly requestId: string;
  readonly verb: Verb;
  /** HTTP method as sent, for errors and audit. */
  readonly method: string;
  /** Decoded path without `/v1/`; a LIST path ends in `/`. */
  readonly path: string;
  readonly token: Sensitive<string> | undefined;
  /** From `X-Vault-Wrap-TTL`. */
  readonly wrapTtl: Seconds | undefined;
  readonly wrapFormat: "" | "jwt";
  /** Body of a write, query of everything else. */
  readonly data: JsonObject;
  /** By lower-case name; the token headers are gone. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly sourceAddress: string;
}

/** A mount as configured: what `sys/mounts` and `sys/auth` show, and what routing needs. */
export interface Mount {
  readonly info: MountInfo;
  readonly kind: "secret" | "auth";
  readonly uuid: string;
  readonly description: string;
  readonly local: boolean;
  readonly sealWrap: boolean;
  readonly externalEntropyAccess: boolean;
  /** Only what was configured; 0 and absent mean the system's. */
  readonly config: MountConfig;
  /** Set while it is being removed or moved: requests are refused, leases are being revoked. */
  readonly tainted: boolean;
}

export interface MountConfig {
  readonly defaultLeaseTtl: Seconds;
  readonly maxLeaseTtl: Seconds;
  readonly forceNoCache: boolean;
  readonly listingVisibility?: "" | "hidden" | "unauth";
  readonly tokenType?: "default-service" | "default-batch" | "service" | "batch";
  readonly passthroughRequestHeaders?: readonly string[];
  readonly allowedResponseHeaders?: readonly string[];
  readonly auditNonHmacRequestKeys?: readonly string[];
  readonly auditNonHmacResponseKeys?: readonly string[];
  readonly allowedManagedKeys?: readonly string[];
  readonly pluginVersion?: string;
  readonly userLockout?: {
    readonly threshold?: number;
    readonly duration?: Seconds;
    readonly counterReset?: Seconds;
    readonly disable?: boolean;
  };
}

/** A mount and its code; the path and op this request means. */
export interface Routed {
  readonly decoded: Decoded;
  readonly mount: Mount;
  readonly backend: Backend;
  /** The path below the mount. */
  readonly below: string;
  // biome-ignore lint/suspicious/noExplicitAny: erased as in the path table
  readonly path: Path<any>;
  readonly params: Readonly<Record<string, string>>;
}

export interface WrapInfo {
  readonly token: Sensitive<string>;
  readonly accessor: Accessor;
  readonly ttl: Seconds;
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
  readonly creationPath: string;
  readonly wrappedAccessor?: Accessor;
}

/** The `auth` block of an answer: a token just made, as the token backend itself may answer one. */
export type AuthBlock = IssuedAuth;

/** Out of the pipeline: everything `http/encode.ts` needs, and nothing about HTTP but an odd status. */
export interface Answer {
  readonly requestId: string;
  readonly path: string;
  readonly verb: Verb;
  /** `undefined`: the handler answered nothing (404 for read and list, 204 for the rest). */
  readonly reply: Reply<unknown> | undefined;
  readonly lease?: { readonly id: LeaseId; readonly renewable: boolean; readonly duration: Seconds };
  readonly auth?: AuthBlock;
  readonly wrapInfo?: WrapInfo;
  readonly warnings: readonly string[];
  /** `mount_type`; empty for unauthenticated endpoints and wrapped answers. */
  readonly mountType: string;
  readonly mountPath?: MountPath;
}

export type { Op, Operation };
