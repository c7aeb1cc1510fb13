import {
  ATTENTION,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  metricOfSignal,
  OVERDUE_ALARM,
  REASONS,
  TOLD_SIGNALS,
} from "../../src/contract/metrics.ts";
import type { CoreEvent } from "../../src/core/events.ts";
import type { StoreEvent } from "../../src/storage/index.ts";

/**
 * Counters of the program as lines of the log, in CloudWatch's embedded metric format: none where nothing happened, else
 * one an invocation with the deployment as the one dimension, so that the alarms find them whatever function counted,
 * and one more for each reason somebody must be told of.
 *
 * Source: CloudWatch documentation, "Specification: Embedded metric format".
 */

export type MetricName = keyof typeof METRICS;

export interface Metrics {
  count(name: MetricName, by?: number): void;
  /** What a backend declares and counts itself, by the name of its signal. */
  countSignal(name: string): void;
  /** A duration; of several the longest is printed. From `OVERDUE_ALARM` on somebody must be told of it. */
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
  const reasons = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, by: number): void => {
    to.set(name, (to.get(name) ?? 0) + by);
  };
  const tell = (reason: string | undefined, by: number): void => {
    if (reason !== undefined) add(reasons, reason, by);
  };
  const print = (dimensions: Readonly<Record<string, string>>, metrics: readonly Metric[]): void => {
    const declared = metrics.map(({ Name, Unit }) => ({ Name, Unit }));
    const CloudWatchMetrics = [
      { Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: declared },
    ];
    const line = { _aws: { Timestamp: options.now(), CloudWatchMetrics }, function: options.functionName };
    const values = Object.fromEntries(metrics.map(({ Name, value }) => [Name, value]));
    options.print(JSON.stringify({ ...line, ...dimensions, ...values }));
  };
  return {
    count: (name, by = 1) => {
      add(counts, METRICS[name], by);
      tell(REASONS[name], by);
    },
    countSignal: (name) => {
      add(counts, metricOfSignal(name), 1);
      tell(
        TOLD_SIGNALS.find((told) => told === name),
        1,
      );
    },
    longest: (name, seconds) => {
      durations.set(METRICS[name], Math.max(durations.get(METRICS[name]) ?? 0, seconds));
      if (seconds >= OVERDUE_ALARM) tell(REASONS[name], 1);
    },
    flush: () => {
      const deployment = { [METRIC_DIMENSION]: options.deployment };
      const counted: readonly Metric[] = [
        ...[...counts].map(([Name, value]) => ({ Name, Unit: "Count", value }) as const),
        ...[...durations].map(([Name, value]) => ({ Name, Unit: "Seconds", value }) as const),
      ];
      if (counted.length > 0) print(deployment, counted);
      for (const [reason, value] of reasons)
        print({ ...deployment, [ATTENTION.dimension]: reason }, [{ Name: ATTENTION.metric, Unit: "Count", value }]);
      for (const all of [counts, durations, reasons]) all.clear();
    },
  };
};

interface Metric {
  readonly Name: string;
  readonly Unit: "Count" | "Seconds";
  readonly value: number;
}

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
  if (event.kind === "backend") metrics.countSignal(event.name);
  else if (event.kind === "leases-overdue") metrics.longest("leasesOverdue", event.seconds);
  else metrics.count(COUNTED[event.kind]);
};
