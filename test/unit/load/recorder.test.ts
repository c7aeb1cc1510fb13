import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createRecorder } from "../../../scripts/load/recorder.ts";

describe("what became of requests", () => {
  it("is counted by outcome, kind and second", () => {
    const recorder = createRecorder();
    recorder.record("read", 200, 100, 110);
    recorder.record("read", 503, 200, 230);
    recorder.record("write", 200, 1100, 1105);
    recorder.record("write", "lost", 1200, 61_200);
    recorder.record("not sent", "dropped", 1300, 1300);

    expect(recorder.outcomes()).toEqual(
      new Map<unknown, number>([
        [200, 2],
        [503, 1],
        ["lost", 1],
        ["dropped", 1],
      ]),
    );
    expect(recorder.latencies([50], "write").count).toBe(1);
    expect(recorder.seconds().map(({ second, answered, failed }) => [second, answered, failed])).toEqual([
      [0, 1, 1],
      [1, 1, 2],
    ]);
  });

  it("has the latencies of answers alone: what failed fast makes nothing faster", () => {
    const recorder = createRecorder();
    recorder.record("read", 200, 0, 40);
    for (let failure = 0; failure < 100; failure++) recorder.record("read", 500, 0, 1);

    expect(recorder.latencies([50]).at.get(50)).toBeCloseTo(40, 0);
  });

  it("says each percentile within a thousandth, and never more than the longest", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 300 }), (latencies) => {
        const recorder = createRecorder();
        for (const latency of latencies) recorder.record("read", 200, 0, latency);
        const sorted = [...latencies].sort((a, b) => a - b);
        const { at, longest } = recorder.latencies([50, 99]);
        for (const [percentile, value] of at) {
          const exact = sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? 0;
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact / 1000 + 0.001);
        }
        expect(Math.abs(longest - (sorted.at(-1) ?? 0))).toBeLessThanOrEqual((sorted.at(-1) ?? 0) / 1000 + 0.001);
      }),
    ));

  it("is nothing where nothing was answered", () => {
    const recorder = createRecorder();
    recorder.record("read", "lost", 0, 10);

    expect(recorder.latencies([50])).toMatchObject({ count: 0, longest: 0 });
    expect(recorder.seconds()).toEqual([{ second: 0, answered: 0, failed: 1, p50: 0, p99: 0, longest: 0 }]);
  });
});
