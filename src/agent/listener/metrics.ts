import { shown } from "../../std/shown.ts";
import type { Clock } from "../../std/time.ts";
import { steady } from "../../std/time.ts";
import type { Given } from "../proxy/index.ts";
import { failure, text } from "./answers.ts";
import type { Taken } from "./intake.ts";

/** What the agent counts, for whoever watches it. Numbers only: a metric never has a path, a token or a name in it. */

export type Counter =
  | "agent.proxy.success"
  | "agent.proxy.client_error"
  | "agent.proxy.error"
  | "agent.cache.hit"
  | "agent.cache.miss"
  | "agent.cache.stale";

export interface Metrics {
  count(counter: Counter): void;
  /** Answers `GET /agent/v1/metrics`. */
  show(taken: Pick<Taken, "method" | "target" | "fields">): Given;
}

type Gauges = readonly (readonly [name: string, value: number])[];

/** Of the process, under the names Vault Agent has for them. */
const processGauges = (): Gauges => {
  const { heapUsed, rss } = process.memoryUsage();
  return [
    ["runtime.alloc_bytes", heapUsed],
    ["runtime.sys_bytes", rss],
    ["runtime.uptime_seconds", Math.floor(steady() / 1000)],
  ];
};

/** As Go prints a time in UTC, to the second. */
const goTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} +0000 UTC`;

const asJson = (now: number, counts: ReadonlyMap<Counter, number>, gauges: Gauges): string =>
  JSON.stringify({
    Timestamp: goTime(now),
    Gauges: gauges.map(([name, value]) => ({ Name: `vault.${name}`, Value: value, Labels: {} })),
    Points: [],
    Counters: [...counts].map(([name, count]) => ({
      Name: `vault.${name}`,
      Count: count,
      Sum: count,
      Min: 1,
      Max: 1,
      Mean: 1,
      Labels: {},
    })),
    Samples: [],
  });

const prometheusLines = (type: string, name: string, value: number): readonly string[] => {
  const full = `vault_${name.replaceAll(".", "_")}`;
  return [`# HELP ${full} ${full}`, `# TYPE ${full} ${type}`, `${full} ${value}`];
};

const asPrometheus = (counts: ReadonlyMap<Counter, number>, gauges: Gauges): string =>
  [
    ...[...counts].flatMap(([name, count]) => prometheusLines("counter", name, count)),
    ...gauges.flatMap(([name, value]) => prometheusLines("gauge", name, value)),
    "",
  ].join("\n");

const formatOf = ({ target, fields }: Pick<Taken, "target" | "fields">): string => {
  const asked = new URLSearchParams(target.split("?", 2)[1] ?? "").get("format") ?? "";
  if (asked !== "") return asked;
  const accept = fields.get("accept") ?? [];
  const wants = accept[0]?.startsWith("application/openmetrics-text") || accept.join().includes("prometheus/telemetry");
  return wants ? "prometheus" : "";
};

export const createMetrics = (clock: Clock): Metrics => {
  const counts = new Map<Counter, number>();
  return {
    count: (counter) => {
      counts.set(counter, (counts.get(counter) ?? 0) + 1);
    },
    show: (taken) => {
      if (taken.method !== "GET") return failure(405);
      const format = formatOf(taken);
      if (format === "") return text(200, "application/json", asJson(clock.now(), counts, processGauges()));
      if (format !== "prometheus") return text(400, "text/plain", `metric response format ${shown(format)} unknown`);
      return text(200, "text/plain; version=0.0.4; charset=utf-8", asPrometheus(counts, processGauges()));
    },
  };
};
