import type { IssuedAuth, MountInfo } from "../framework/index.ts";
import type { Decision } from "../policy/index.ts";
import type { Accessor, PeerCertificates, Seconds } from "../std/brand.ts";
import type { JsonObject } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import type { Sensitive } from "../std/sensitive.ts";
import type { Clock } from "../std/time.ts";
import type { Store } from "../storage/store.ts";

/**
 * What the audit log receives and offers. Its layer is below core: these shapes name the part of a request, a mount,
 * a token and an answer that may enter a line, and core's own types fit them.
 */

/** The configuration the log reads: its devices, the headers it may show, its own key. */
export interface AuditConfiguration {
  readonly auditDevices: readonly AuditDevice[];
  /** Other configuration by kind and name: `audited-header/…`, `setting/audit`. */
  readonly settings: ReadonlyMap<string, JsonObject>;
}

/** What the log needs of the process around it. */
export interface AuditSurroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly configuration: () => Promise<AuditConfiguration>;
  readonly log: (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
  readonly signal: (event: AuditEvent) => void;
}

/** A device did not take a line. */
export interface AuditEvent {
  readonly kind: "audit-failed";
}

export interface AuditedRequest {
  readonly requestId: string;
  readonly path: string;
  /** The path as it was sent, where that is another spelling. */
  readonly sentPath?: string;
  readonly token: Sensitive<string> | undefined;
  readonly wrapTtl: Seconds | undefined;
  readonly data: JsonObject;
  /** A body that was never read, because its sender was not known. */
  readonly unread?: { readonly bytes: Uint8Array };
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly sourceAddress: string;
  readonly peerCertificates?: PeerCertificates | undefined;
}

export interface AuditedMount {
  readonly info: MountInfo;
  readonly kind: "secret" | "auth";
  readonly config: {
    readonly auditNonHmacRequestKeys?: readonly string[];
    readonly auditNonHmacResponseKeys?: readonly string[];
  };
}

export interface AuditedCaller {
  readonly id: Sensitive<string>;
  readonly policies: readonly string[];
  readonly identityPolicies: readonly string[];
  readonly entity: object | undefined;
  readonly token: {
    readonly accessor: Accessor | "";
    readonly displayName: string;
    readonly policies: readonly string[];
    readonly meta: Readonly<Record<string, string>> | null;
    readonly numUses: number;
    readonly entityId: string;
    readonly type: "service" | "batch";
    readonly ttl: Seconds;
    readonly issuedMs: number;
  };
}

export interface AuditedWrap {
  readonly token: Sensitive<string>;
  readonly accessor: Accessor;
  readonly ttl: Seconds;
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
  readonly creationPath: string;
  readonly wrappedAccessor?: Accessor | undefined;
}

export interface AuditedResponse {
  readonly data?: unknown;
  readonly auth?: IssuedAuth | undefined;
  /** Of a login that waits for its codes. */
  readonly mfaRequestId?: Sensitive<string> | undefined;
  readonly wrapInfo?: AuditedWrap | undefined;
  readonly leaseId?: string | undefined;
  readonly warnings?: readonly string[];
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

export interface AuditRecord {
  readonly decoded: AuditedRequest;
  readonly mount?: AuditedMount | undefined;
  /** The data is the caller's own, so all of it is hashed, whatever its names say. */
  readonly payload: boolean;
  readonly known?: AuditedCaller | undefined;
  readonly decision?: Decision | undefined;
  readonly operation: string;
  /** ARN of the AWS identity that gave the order; orders of the operator have no token. */
  readonly operator?: string | undefined;
  readonly error?: string | undefined;
  /** Never let through: what is recorded is the refusal. */
  readonly refused?: boolean;
  /** Why, in our words: never sent to the caller. */
  readonly reason?: string | undefined;
}

export interface Audit {
  /** Throws `internal` when devices exist and none accepts the line. */
  request(record: AuditRecord): Promise<void>;
  response(record: AuditRecord, response: AuditedResponse): Promise<void>;
  /** `sys/audit-hash`. */
  hash(device: AuditDevice, input: string): string;
  /** Whether a device with these options could be enabled. Throws `invalid_request`. */
  check(device: Pick<AuditDevice, "options">): Promise<void>;
  /** Signs the lines not yet signed: at the end of an invocation, when idle, and before the process ends. */
  flush(): Promise<void>;
  /** Since this environment started. */
  counts(): { readonly requests: number; readonly responses: number; readonly failures: number };
}
