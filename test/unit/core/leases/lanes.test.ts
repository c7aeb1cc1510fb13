import { beforeEach, describe, expect, it } from "@jest/globals";
import { createLanes, LANE_WIDTH, type Lanes, type TaskResult } from "../../../../src/core/leases/lanes.ts";
import { createTestClock, type TestClock } from "../../../support/storage.ts";

/** F31: lanes of targets, with tasks that end when the test says so. */

let clock: TestClock;
let lanes: Lanes;
let closed: string[];
let rings: (() => void)[];
/** Keys in the order their tasks were begun, and how to end each. */
let begun: string[];
let ends: Map<string, (result: TaskResult | Error) => void>;
beforeEach(() => {
  clock = createTestClock();
  closed = [];
  rings = [];
  begun = [];
  ends = new Map();
  lanes = createLanes({
    clock: () => clock,
    timer: (_ms, ring) => {
      rings.push(ring);
      return () => rings.splice(rings.indexOf(ring), 1);
    },
    closed: (lane, ms) => closed.push(`${lane} ${ms}`),
  });
});

const offer = (lane: string, key: string, latest = false) =>
  lanes.offer(
    {
      key,
      lane,
      run: () =>
        new Promise((resolve, reject) => {
          begun.push(key);
          ends.set(key, (result) => (result instanceof Error ? reject(result) : resolve(result)));
        }),
    },
    latest,
  );
const settle = () => new Promise((resolve) => setImmediate(resolve));
const end = async (key: string, result: TaskResult | Error = "well"): Promise<void> => {
  ends.get(key)?.(result);
  await settle();
};
const many = (lane: string, count: number, from = 0) => {
  for (let index = from; index < from + count; index += 1) offer(lane, `${lane}${index}`);
};

describe("a lane", () => {
  it("is as wide as its target bears: wider with successes, narrower with a failure", async () => {
    many("a", 100);
    expect(begun).toHaveLength(4);
    for (let index = 0; index < 60; index += 1) await end(`a${index}`);
    expect(begun.length - 60).toBe(LANE_WIDTH);

    await end("a60", "trouble");
    expect(begun.length - 61).toBe(LANE_WIDTH - 1);
    for (let index = 61; index < 64; index += 1) await end(`a${index}`);
    expect(begun.length - 64).toBe(LANE_WIDTH / 2);
  });

  it("takes nothing from another one whose target does not answer", async () => {
    many("dead", 100);
    many("b", 10);
    for (let index = 0; index < 10; index += 1) await end(`b${index}`);

    expect(begun.filter((key) => key.startsWith("dead"))).toHaveLength(4);
    expect(begun.filter((key) => key.startsWith("b"))).toHaveLength(10);
  });

  it("is closed after five failures in a row, for longer each time, and tried with one", async () => {
    many("a", 100);
    for (let index = 0; index < 8; index += 1) await end(`a${index}`, "trouble");
    expect(closed).toEqual(["a 10000"]);
    expect(lanes.state("a")).toBe("closed");
    expect(offer("a", "more")).toBe("closed");
    expect(lanes.has("a50")).toBe(false);

    clock.advance(10_000);
    const before = begun.length;
    many("a", 10, 200);
    expect(begun.length - before).toBe(1);
    await end("a200", "trouble");
    expect(closed).toEqual(["a 10000", "a 20000"]);

    clock.advance(20_000);
    many("a", 10, 300);
    await end("a300");
    expect(lanes.state("a")).toBe("open");
    expect(begun.slice(-2)).toEqual(["a301", "a302"]);
  });

  it("takes what ended last three times of four, and the oldest in between", async () => {
    many("a", 104);
    for (let index = 0; index < 100; index += 1) offer("a", `new${index}`, true);
    for (let ended = 0; begun.length < 12; ended += 1) await end(begun[ended] ?? "");
    const next = begun.slice(4, 12);

    const latest = ["new99", "new98", "new97", "new96", "new95", "new94"];
    expect(next.filter((key) => key.startsWith("new"))).toEqual(latest);
    expect(next.filter((key) => key.startsWith("a"))).toEqual(["a4", "a5"]);
  });

  it("keeps so many waiting, and lets the older of what ended last fall out", () => {
    many("a", 2004);
    expect(lanes.state("a")).toBe("full");
    expect(offer("a", "late")).toBe("full");
    for (let index = 0; index < 2001; index += 1) offer("a", `new${index}`, true);
    expect([lanes.has("late"), lanes.has("new0"), lanes.has("new1")]).toEqual([false, false, true]);
  });

  it("waits 90 seconds for a task, and then for no longer", async () => {
    many("a", 5);
    const idle = lanes.idle();
    for (const ring of [...rings]) ring();
    await settle();
    expect(begun).toContain("a4");
    expect(lanes.has("a0")).toBe(false);
    await end("a4");
    await idle;
  });

  it("goes on when a task throws, and is idle when nothing is left", async () => {
    many("a", 6);
    lanes.clear();
    expect(lanes.has("a5")).toBe(false);
    for (let index = 0; index < 4; index += 1) await end(`a${index}`, new Error("the task's own fault"));
    await lanes.idle();
    expect(begun).toHaveLength(4);
  });
});
