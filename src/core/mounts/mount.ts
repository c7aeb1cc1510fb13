import type { MountInfo } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { seconds } from "../../std/time.ts";

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

/** Everything as the system has it. */
export const NO_CONFIG: MountConfig = { defaultLeaseTtl: seconds(0), maxLeaseTtl: seconds(0), forceNoCache: false };
