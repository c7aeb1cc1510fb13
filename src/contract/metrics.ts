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
  /** A sweep finished: the schedule has done its main work. */
  swept: "Swept",
  sealed: "Sealed",
  unsealed: "Unsealed",
} as const;

/** A backend's signal as a metric: `static-rotation-failed` is `StaticRotationFailed`. */
export const metricOfSignal = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
