import { describe, expect, it } from "@jest/globals";
import { COUNTED, countEvent, createMetrics } from "../../lambdas/shared/metrics.ts";
import { METRICS } from "../../src/contract/metrics.ts";

const start = () => {
  const lines: string[] = [];
  const metrics = createMetrics({
    functionName: "kv",
    deployment: "prod",
    now: () => 1000,
    print: (line) => lines.push(line),
  });
  return { lines, metrics };
};

describe("metrics", () => {
  it("are one line of the embedded metric format, with the deployment as the one dimension", () => {
    const { lines, metrics } = start();
    metrics.count("storageRetried");
    metrics.count("storageRetried", 2);
    metrics.count("openRefused");
    metrics.flush();

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 1000,
          CloudWatchMetrics: [
            {
              Namespace: "Zeroth",
              Dimensions: [["Deployment"]],
              Metrics: [
                { Name: "StorageRetried", Unit: "Count" },
                { Name: "OpenRefused", Unit: "Count" },
              ],
            },
          ],
        },
        function: "kv",
        Deployment: "prod",
        StorageRetried: 3,
        OpenRefused: 1,
      },
    ]);
  });

  it("are printed once, and nothing when there is nothing", () => {
    const { lines, metrics } = start();
    metrics.flush();
    metrics.count("auditFailed");
    metrics.flush();
    metrics.flush();

    expect(lines).toHaveLength(1);
  });

  it("show the longest of several durations, in seconds", () => {
    const { lines, metrics } = start();
    for (const seconds of [70, 900, 80]) countEvent(metrics, { kind: "leases-overdue", seconds });
    countEvent(metrics, { kind: "lease-retried" });
    metrics.flush();
    metrics.flush();

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ LeasesOverdue: 900, LeaseRetried: 1 }),
    ]);
    expect(lines[0]).toContain('{"Name":"LeasesOverdue","Unit":"Seconds"}');
  });

  it("have a name of their own for each event", () => {
    expect(new Set(Object.values(COUNTED)).size).toBe(Object.keys(COUNTED).length);
    // `lambdas/revoke.ts` counts finished sweeps, the program failed calls to hosts; `leasesOverdue` is an age.
    expect([...Object.values(COUNTED), "swept", "outgoingFailed", "leasesOverdue"].sort()).toEqual(
      Object.keys(METRICS).sort(),
    );
  });
});
