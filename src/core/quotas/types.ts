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
  /** By address and path alone, before the body is read. Throws `rate_limited` for a request too many. */
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
