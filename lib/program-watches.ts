import { type IMetric, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, metricOfSignal } from "../src/contract/metrics.ts";
import { SWEEPERS } from "../src/contract/schedule.ts";

/** What an alarm watches, and the alarms on what the program counts itself. */

export interface Watch {
  readonly metric: IMetric;
  /** What it means and what to look at first; the text of the alarm. */
  readonly means: string;
  /** Alarms when the value is greater. */
  readonly above?: number;
  /** Alarms when the value is less, or when there is none. */
  readonly below?: number;
  readonly periods?: number;
}

export const sum = (
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  minutes = 5,
): Metric => new Metric({ namespace, metricName, dimensionsMap, statistic: "Sum", period: Duration.minutes(minutes) });

/** What the program counts itself. `name` is the deployment's, the metrics' one dimension. */
export const programWatches = (name: string): Readonly<Record<string, Watch>> => {
  const own = (metric: keyof typeof METRICS, minutes?: number, statistic?: "Maximum") =>
    sum(METRIC_NAMESPACE, METRICS[metric], { [METRIC_DIMENSION]: name }, minutes).with(statistic ? { statistic } : {});
  const ofBackend = (signal: string) => sum(METRIC_NAMESPACE, metricOfSignal(signal), { [METRIC_DIMENSION]: name });
  return {
    "lease-irrevocable": {
      metric: own("leaseIrrevocable"),
      means: "An external credential could not be revoked and is still valid",
    },
    "lease-retried": {
      metric: own("leaseRetried"),
      above: 50,
      periods: 3,
      means: "For a quarter of an hour many revocations fail and are tried again: a target is down or refuses",
    },
    "leases-overdue": {
      metric: own("leasesOverdue", 5, "Maximum"),
      above: Duration.minutes(10).toSeconds(),
      means: "A lease should have ended more than ten minutes ago, and its credential still works",
    },
    "lease-revoked-late": {
      metric: own("leaseRevokedLate"),
      means: "The stream found what the sweeper should have revoked",
    },
    "root-generated": { metric: own("rootGenerated"), means: "Somebody made a root token" },
    sealed: { metric: own("sealed"), means: "Somebody sealed the server: it answers 503 until it is unsealed" },
    unsealed: { metric: own("unsealed"), means: "An operator unsealed the server" },
    "open-refused": {
      metric: own("openRefused"),
      means: "A sealed item or wrapped key did not open: tampering or a wrong key",
    },
    "audit-failed": { metric: own("auditFailed"), means: "No audit device accepted a record; requests were refused" },
    "schedule-failed": {
      metric: own("scheduleFailed"),
      means: "Scheduled work (rotation, unfinished jobs, tidying) failed; it is retried",
    },
    "revocation-list-overdue": {
      metric: ofBackend("revocation-list-overdue"),
      means: "A list of revoked certificates has ended and was not renewed: clients that check it refuse certificates",
    },
    "storage-unavailable": {
      metric: own("storageUnavailable"),
      means: "The table or KMS stayed unreachable; callers got 503",
    },
    "internal-errors": {
      metric: own("internalError"),
      means: "Requests were answered 500: a bug, or a missing right",
    },
    "storage-retried": {
      metric: own("storageRetried"),
      above: 100,
      periods: 3,
      means: "Many calls to the table are retried: the table or the network is throttling",
    },
    "outgoing-failed": {
      metric: own("outgoingFailed"),
      above: 50,
      periods: 3,
      means: "For a quarter of an hour many calls to hosts that operators named fail: databases, directories, issuers",
    },
    "sweeper-backlog": {
      metric: own("sweeperBacklog"),
      periods: 3,
      means: "For a quarter of an hour, more has ended each minute than the sweepers can deal with",
    },
    "sweeper-silent": {
      metric: own("swept"),
      // A sweeper finishes five times in five minutes, four where one falls into the next; without one of them it is less.
      below: 4 * SWEEPERS,
      means: "A part of the expiry index is not swept",
    },
    "login-replayed": {
      metric: own("loginReplayed"),
      means: "A login signature was used again after its replay window: somebody may have captured one",
    },
  };
};
