import { METRIC_NAMESPACE, METRICS } from "../../src/contract/metrics.ts";
import type { CoreEvent } from "../../src/core/events.ts";
import type { StoreEvent } from "../../src/storage/index.ts";

/**
 * Counters of the program as lines of the log, in CloudWatch's embedded metric format: one line an invocation at most,
 * no dimensions, so that the alarms find them whatever function counted.
 *
 * Source: CloudWatch documentation, "Specification: Embedded metric format".
 */

export type MetricName = keyof typeof METRICS;

export interface Metrics {
  count(name: MetricName, by?: number): void;
  /** Prints what was counted since the last time; nothing if there was nothing. */
  flush(): void;
}

export const createMetrics = (options: {
  readonly functionName: string;
  readonly now: () => number;
  readonly print: (line: string) => void;
}): Metrics => {
  const counts = new Map<string, number>();
  return {
    count: (name, by = 1) => {
      counts.set(METRICS[name], (counts.get(METRICS[name]) ?? 0) + by);
    },
    flush: () => {
      if (counts.size === 0) return;
      const Metrics = [...counts.keys()].map((Name) => ({ Name, Unit: "Count" }));
      const CloudWatchMetrics = [{ Namespace: METRIC_NAMESPACE, Dimensions: [[]], Metrics }];
      const line = { _aws: { Timestamp: options.now(), CloudWatchMetrics }, function: options.functionName };
      options.print(JSON.stringify({ ...line, ...Object.fromEntries(counts) }));
      counts.clear();
    },
  };
};

/** What each event of core and storage counts as. A new kind does not compile until it has its name here. */
export const COUNTED = {
  "audit-failed": "auditFailed",
  "lease-irrevocable": "leaseIrrevocable",
  "lease-revoked-late": "leaseRevokedLate",
  "login-replayed": "loginReplayed",
  "root-generated": "rootGenerated",
  "schedule-failed": "scheduleFailed",
  "sweeper-backlog": "sweeperBacklog",
  refused: "openRefused",
  retried: "storageRetried",
  unavailable: "storageUnavailable",
} as const satisfies Record<CoreEvent["kind"] | StoreEvent["kind"], MetricName>;
