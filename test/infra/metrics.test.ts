import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { COUNTED_LOGS, createMetrics } from "../../lambdas/shared/metrics.ts";

const sources = fileURLToPath(new URL("../../src/", import.meta.url));

const start = () => {
  const lines: string[] = [];
  const metrics = createMetrics({ functionName: "kv", now: () => 1000, print: (line) => lines.push(line) });
  return { lines, metrics };
};

describe("metrics", () => {
  it("are one line of the embedded metric format, without dimensions", () => {
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
              Dimensions: [[]],
              Metrics: [
                { Name: "StorageRetried", Unit: "Count" },
                { Name: "OpenRefused", Unit: "Count" },
              ],
            },
          ],
        },
        function: "kv",
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

  it("count what the program still says in its log", () => {
    const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const text = files.map((file) => readFileSync(`${sources}${file}`, "utf8")).join("\n");

    for (const said of Object.keys(COUNTED_LOGS)) expect(text).toContain(`"${said}"`);
  });
});
