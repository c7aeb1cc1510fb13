import type { Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";

export interface Quotas {
  /** Throws `rate_limited` for a request too many. */
  limit(decoded: Decoded, mount: Mount | undefined, snapshot: Snapshot): Promise<void>;
  /** Headers the answer to a request should bear; can be asked once. */
  headersFor(requestId: string): Readonly<Record<string, string>> | undefined;
}
