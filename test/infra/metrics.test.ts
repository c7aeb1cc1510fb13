import { describe, expect, it } from "@jest/globals";
import { COUNTED, countEvent, createMetrics } from "../../lambdas/shared/metrics.ts";
import { METRICS, REASONS } from "../../src/contract/metrics.ts";

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
    metrics.count("leaseRetried");
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
                { Name: "LeaseRetried", Unit: "Count" },
              ],
            },
          ],
        },
        function: "kv",
        Deployment: "prod",
        StorageRetried: 3,
        LeaseRetried: 1,
      },
    ]);
  });

  it("say in a line of its own, by reason, what somebody must be told of", () => {
    const { lines, metrics } = start();
    metrics.count("openRefused", 2);
    metrics.count("rootGenerated");
    metrics.flush();

    expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual(
      [
        ["open-refused", 2],
        ["root-generated", 1],
      ].map(([Reason, NeedsAttention]) => ({
        _aws: {
          Timestamp: 1000,
          CloudWatchMetrics: [
            {
              Namespace: "Zeroth",
              Dimensions: [["Deployment", "Reason"]],
              Metrics: [{ Name: "NeedsAttention", Unit: "Count" }],
            },
          ],
        },
        function: "kv",
        Deployment: "prod",
        Reason,
        NeedsAttention,
      })),
    );
  });

  const reasonsOf = (lines: readonly string[]): readonly unknown[] =>
    lines.map((line) => JSON.parse(line)).flatMap(({ Reason }) => (Reason === undefined ? [] : [Reason]));

  it("tell of leases only once they are overdue for ten minutes", () => {
    const { lines, metrics } = start();
    countEvent(metrics, { kind: "leases-overdue", seconds: 599 });
    metrics.flush();
    expect(reasonsOf(lines)).toEqual([]);

    countEvent(metrics, { kind: "leases-overdue", seconds: 600 });
    metrics.flush();
    expect(reasonsOf(lines)).toEqual(["leases-overdue"]);
  });

  it("tell of a backend's signal where nothing else does", () => {
    const { lines, metrics } = start();
    for (const name of ["static-rotation-failed", "revocation-list-overdue"])
      countEvent(metrics, { kind: "backend", type: "pki", name });
    metrics.flush();

    expect(reasonsOf(lines)).toEqual(["revocation-list-overdue"]);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ StaticRotationFailed: 1, RevocationListOverdue: 1 });
  });

  it("have reasons that differ", () => {
    const reasons = Object.values(REASONS).filter((reason) => reason !== undefined);

    expect(new Set(reasons).size).toBe(reasons.length);
  });

  it("are printed once, and nothing when there is nothing", () => {
    const { lines, metrics } = start();
    metrics.flush();
    metrics.count("auditFailed");
    metrics.flush();
    const printed = lines.length;
    metrics.flush();

    expect([printed, lines.length]).toEqual([2, 2]);
  });

  it("show the longest of several durations, in seconds", () => {
    const { lines, metrics } = start();
    for (const seconds of [70, 900, 80]) countEvent(metrics, { kind: "leases-overdue", seconds });
    countEvent(metrics, { kind: "lease-retried" });
    metrics.flush();
    metrics.flush();

    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ LeasesOverdue: 900, LeaseRetried: 1 });
    expect(lines[0]).toContain('{"Name":"LeasesOverdue","Unit":"Seconds"}');
  });

  it("have a name of their own for each event", () => {
    expect(new Set(Object.values(COUNTED)).size).toBe(Object.keys(COUNTED).length);
    // The program counts failed calls to hosts; `leasesOverdue` is an age.
    expect([...Object.values(COUNTED), "outgoingFailed", "leasesOverdue"].sort()).toEqual(Object.keys(METRICS).sort());
  });
});
