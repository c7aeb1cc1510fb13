/** CloudWatch names: what the code counts and what the alarms watch are the same words. */
export const METRIC_NAMESPACE = "Zeroth";
/** The one dimension: the deployment's name, so that two in one account do not ring each other's alarms. */
export const METRIC_DIMENSION = "Deployment";

export const METRICS = {
  /** A sealed entry or wrapped key was refused: tampering, or a table restored with another key. */
  openRefused: "OpenRefused",
  /** The table or KMS stayed out of reach for the whole retry budget. */
  storageUnavailable: "StorageUnavailable",
  /** A call to the table was repeated. */
  storageRetried: "StorageRetried",
  /** A host that an operator named was not reached, or did not answer. */
  outgoingFailed: "OutgoingFailed",
  auditFailed: "AuditFailed",
  leaseIrrevocable: "LeaseIrrevocable",
  /** A revocation failed and is tried again. */
  leaseRetried: "LeaseRetried",
  /** Seconds since the oldest lease or token that is not ended yet should have ended; only from a minute on. */
  leasesOverdue: "LeasesOverdue",
  /** Scheduled work failed. */
  scheduleFailed: "ScheduleFailed",
  sweeperBacklog: "SweeperBacklog",
  /** The TTL stream met a lease the sweeper should have revoked. */
  leaseRevokedLate: "LeaseRevokedLate",
  loginReplayed: "LoginReplayed",
  rootGenerated: "RootGenerated",
  /** A request was answered 500. */
  internalError: "InternalError",
  sealed: "Sealed",
  unsealed: "Unsealed",
} as const;

/** A backend's signal as a metric: `static-rotation-failed` is `StaticRotationFailed`. */
export const metricOfSignal = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());

/**
 * What somebody must be told of each time it happens, by reason: the heading of the runbook that says what to do. One
 * metric counts them all, with the reason as a dimension, so that one alarm tells of each by itself and a series is paid
 * for only in hours in which something happened.
 */
export const ATTENTION = { metric: "NeedsAttention", dimension: "Reason" } as const;

/**
 * The reason of each metric. `undefined`: not told by itself, because what matters of it reaches somebody another way
 * (decision 44 says how).
 */
export const REASONS = {
  openRefused: "open-refused",
  storageUnavailable: "storage-unavailable",
  storageRetried: undefined,
  outgoingFailed: undefined,
  auditFailed: "audit-failed",
  leaseIrrevocable: "lease-irrevocable",
  leaseRetried: undefined,
  leasesOverdue: "leases-overdue",
  scheduleFailed: "schedule-failed",
  sweeperBacklog: undefined,
  leaseRevokedLate: "lease-revoked-late",
  loginReplayed: "login-replayed",
  rootGenerated: "root-generated",
  internalError: "internal-errors",
  sealed: "sealed",
  unsealed: "unsealed",
} as const satisfies Record<keyof typeof METRICS, string | undefined>;

/** Signals of backends that somebody must be told of; each is its own reason. */
export const TOLD_SIGNALS = ["revocation-list-overdue"] as const;

/** Seconds. Younger than this, what has not ended is the sweeper's everyday work. */
export const OVERDUE_ALARM = 600;
