import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";

/**
 * `sys/metrics`: what this environment knows of itself, in Vault's two formats. It is the view of one environment; the
 * metrics of the deployment are in CloudWatch.
 */

interface Meter {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly value: number;
}

const meters = async (core: Core): Promise<readonly Meter[]> => {
  const audit = core.audit.counts();
  const memory = process.memoryUsage();
  const { mounts, auditDevices } = await core.config.snapshot();
  return [
    { name: "vault.audit.log_request", type: "counter", value: audit.requests },
    { name: "vault.audit.log_response", type: "counter", value: audit.responses },
    { name: "vault.audit.log_failure", type: "counter", value: audit.failures },
    { name: "vault.core.mount_table.num_entries", type: "gauge", value: mounts.size },
    { name: "vault.core.audit_devices", type: "gauge", value: auditDevices.length },
    { name: "vault.runtime.alloc_bytes", type: "gauge", value: memory.heapUsed },
    { name: "vault.runtime.sys_bytes", type: "gauge", value: memory.rss },
  ];
};

const Labels = z.record(z.string(), z.string());
const Telemetry = z.object({
  Timestamp: z.string(),
  Gauges: z.array(z.object({ Name: z.string(), Value: z.number(), Labels })),
  Points: z.array(z.never()),
  Counters: z.array(
    z.object({
      Name: z.string(),
      Count: z.number(),
      Sum: z.number(),
      Min: z.number(),
      Max: z.number(),
      Mean: z.number(),
      Labels,
    }),
  ),
  Samples: z.array(z.never()),
});
const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

const asJson = (found: readonly Meter[], nowMs: number) => ({
  Timestamp: `${new Date(nowMs).toISOString().replace("T", " ").slice(0, 19)} +0000 UTC`,
  Gauges: found
    .filter((one) => one.type === "gauge")
    .map(({ name, value }) => ({ Name: name, Value: value, Labels: {} })),
  Points: [],
  Counters: found
    .filter((one) => one.type === "counter")
    .map(({ name, value }) => ({ Name: name, Count: value, Sum: value, Min: 1, Max: 1, Mean: 1, Labels: {} })),
  Samples: [],
});

const asPrometheus = (found: readonly Meter[]): string =>
  found
    .map(({ name, type, value }) => [name.replaceAll(".", "_"), type, value] as const)
    .map(([name, type, value]) => `# HELP ${name} ${name}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join("");

export const metricPaths = (core: Core) => [
  path("metrics", {
    summary: "telemetry of the environment that answers",
    params: {},
    ops: {
      read: op({
        summary: "read the telemetry",
        answers: [{ bare: Telemetry }, { raw: PROMETHEUS }],
        input: z.object({ format: field.text("prometheus, or JSON when absent") }),
        handle: async ({ input }) => {
          const format = input.format ?? "";
          if (format === "") return { bare: asJson(await meters(core), core.clock.now()) };
          if (format !== "prometheus") {
            throw invalidRequest(`metric response format ${shown(format)} unknown`);
          }
          return { raw: { contentType: PROMETHEUS, body: Buffer.from(asPrometheus(await meters(core))) } };
        },
      }),
    },
  }),
];
