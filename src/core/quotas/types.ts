import type { Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";

/** A request that may be one too many. */
export interface Limited {
  readonly decoded: Decoded;
  readonly mount: Mount | undefined;
  /** See `AuditRecord.payload`. */
  readonly payload: boolean;
}

export interface Quotas {
  /** Throws `rate_limited` for a request too many. */
  limit(limited: Limited, snapshot: Snapshot): Promise<void>;
  /** Headers the answer to a request should bear; can be asked once. */
  headersFor(requestId: string): Readonly<Record<string, string>> | undefined;
}
