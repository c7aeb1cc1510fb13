import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, metricOfSignal } from "../../src/contract/metrics.ts";
import type { CoreEvent } from "../../src/core/events.ts";
import type { StoreEvent } from "../../src/storage/index.ts";

/**
 * Counters of the program as lines of the log, in CloudWatch's embedded metric format: one line an invocation at most,
 * the deployment as the one dimension, so that the alarms find them whatever function counted.
 *
 * Source: CloudWatch documentation, "Specification: Embedded metric format".
 */

export type MetricName = keyof typeof METRICS;

export interface Metrics {
  count(name: MetricName, by?: number): void;
  /** The same by the name that CloudWatch shows. */
  countAs(name: string): void;
  /** A duration; of several the longest is printed. */
  longest(name: MetricName, seconds: number): void;
  /** Prints what was counted since the last time; nothing if there was nothing. */
  flush(): void;
}

export const createMetrics = (options: {
  readonly functionName: string;
  readonly deployment: string;
  readonly now: () => number;
  readonly print: (line: string) => void;
}): Metrics => {
  const counts = new Map<string, number>();
  const durations = new Map<string, number>();
  const add = (name: string, by: number): void => {
    counts.set(name, (counts.get(name) ?? 0) + by);
  };
  return {
    count: (name, by = 1) => add(METRICS[name], by),
    countAs: (name) => add(name, 1),
    longest: (name, seconds) => {
      durations.set(METRICS[name], Math.max(durations.get(METRICS[name]) ?? 0, seconds));
    },
    flush: () => {
      if (counts.size + durations.size === 0) return;
      const Metrics = [
        ...[...counts.keys()].map((Name) => ({ Name, Unit: "Count" })),
        ...[...durations.keys()].map((Name) => ({ Name, Unit: "Seconds" })),
      ];
      const CloudWatchMetrics = [{ Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics }];
      const line = { _aws: { Timestamp: options.now(), CloudWatchMetrics }, function: options.functionName };
      const members = { [METRIC_DIMENSION]: options.deployment, ...Object.fromEntries([...counts, ...durations]) };
      options.print(JSON.stringify({ ...line, ...members }));
      counts.clear();
      durations.clear();
    },
  };
};

/** What each event of core and storage counts as. A new kind does not compile until it has its name here. */
export const COUNTED = {
  "audit-failed": "auditFailed",
  "internal-error": "internalError",
  "lease-irrevocable": "leaseIrrevocable",
  "lease-retried": "leaseRetried",
  "lease-revoked-late": "leaseRevokedLate",
  "login-replayed": "loginReplayed",
  "root-generated": "rootGenerated",
  "schedule-failed": "scheduleFailed",
  sealed: "sealed",
  unsealed: "unsealed",
  "sweeper-backlog": "sweeperBacklog",
  refused: "openRefused",
  retried: "storageRetried",
  unavailable: "storageUnavailable",
} as const satisfies Record<Exclude<CoreEvent["kind"], "backend" | "leases-overdue"> | StoreEvent["kind"], MetricName>;

/** Counts an event of core: a backend's own under the name it declares. */
export const countEvent = (metrics: Metrics, event: CoreEvent): void => {
  if (event.kind === "backend") metrics.countAs(metricOfSignal(event.name));
  else if (event.kind === "leases-overdue") metrics.longest("leasesOverdue", event.seconds);
  else metrics.count(COUNTED[event.kind]);
};
