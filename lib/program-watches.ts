import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import {
  ATTENTION,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  metricOfSignal,
  OVERDUE_ALARM,
} from "../src/contract/metrics.ts";
import { FIVE_MINUTES, sum, type Watch } from "./watch.ts";

/** The alarms on what the program counts itself: one for every reason there is, or one for each metric. */

/**
 * Metrics Insights, a series for each reason: each of them is a contributor of the alarm, with a state and notices of its
 * own, so that a failure that lasts hides no other. Metrics that nobody counted are none, and cost nothing.
 *
 * Source: CloudWatch user guide, "Create a CloudWatch alarm based on a Metrics Insights query".
 */
export const attentionWatch = (name: string): Readonly<Record<string, Watch>> => ({
  "needs-attention": {
    metric: new MathExpression({
      expression: [
        `SELECT SUM(${ATTENTION.metric})`,
        `FROM SCHEMA("${METRIC_NAMESPACE}", ${METRIC_DIMENSION}, ${ATTENTION.dimension})`,
        `WHERE ${METRIC_DIMENSION} = '${name}'`,
        `GROUP BY ${ATTENTION.dimension}`,
        "ORDER BY SUM() DESC",
      ].join(" "),
      period: FIVE_MINUTES,
    }),
    means: "Something happened that somebody must know of; the reason is a heading of docs/runbook.md",
  },
});

/** An alarm for each metric (`zeroth:alarms=each`). `name` is the deployment's, the metrics' one dimension. */
export const programWatches = (name: string): Readonly<Record<string, Watch>> => {
  const own = (metric: keyof typeof METRICS) => sum(METRIC_NAMESPACE, METRICS[metric], { [METRIC_DIMENSION]: name });
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
      metric: own("leasesOverdue").with({ statistic: "Maximum" }),
      above: OVERDUE_ALARM,
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
    "login-replayed": {
      metric: own("loginReplayed"),
      means: "A login signature was used again after its replay window: somebody may have captured one",
    },
  };
};
