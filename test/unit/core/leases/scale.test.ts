import { beforeAll, describe, expect, it } from "@jest/globals";
import { type Outcome, play } from "../../../../scripts/bench/leases/scenario.ts";
import { burst, outage, steady } from "../../../../scripts/bench/leases/scenarios.ts";

/** The properties that `npm run bench -- leases` measures at full size, on runs of seconds. No wall clock is read. */

const lag = ({ lags }: Outcome, group: string) => lags.get(group) ?? { leases: 0, median: 0, p99: 0, max: 0 };

/** A lease waits for the next minute's sweep, or for the next look of one that goes on, and then its turn. */
const WITHIN = 75;

const expectAllEndedOnce = (outcome: Outcome): void => {
  const { left, repeated, irrevocable, throttled } = outcome;
  expect({ left, repeated, irrevocable, throttled }).toEqual({ left: 0, repeated: 0, irrevocable: 0, throttled: 0 });
};

describe("leases that end all the time", () => {
  let few: Outcome;
  let many: Outcome;
  beforeAll(async () => {
    few = await play(steady(300, 60));
    many = await play(steady(1800, 60));
  });

  it("end once each, soon after their time", () => {
    for (const outcome of [few, many]) {
      expectAllEndedOnce(outcome);
      expect(lag(outcome, "all").p99).toBeLessThan(WITHIN);
    }
  });

  it("cost no more calls when they are more", () => {
    expect(many.calls).toBeLessThanOrEqual(few.calls);
    expect(many.calls).toBeLessThan(2);
    // The claim, two rows and the item, and the item's place in the index; the mark now and then.
    expect(many.writes).toBeLessThan(5.1);
    expect(many.reads).toBeLessThan(2);
    expect(many.byCall.get("PutItem")).toBeLessThan(1.05);
  });
});

describe("a burst of leases of one target in one second", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await play(burst(6000, 16, 60));
  });

  it("drains without a hot partition", () => {
    expectAllEndedOnce(outcome);
    expect(outcome.hottest.writes).toBeLessThan(500);
  });

  it("holds up neither leases of other targets nor those of the same one that end later", () => {
    expect(lag(outcome, "burst").max).toBeGreaterThan(12);
    for (const group of ["others", "same target"]) expect(lag(outcome, group).p99).toBeLessThan(WITHIN);
    expect(lag(outcome, "same target").leases).toBeGreaterThan(50);
  });
});

describe.each(["down", "slow"] as const)("a target that is %s", (how) => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await play(outage(8, 120, how));
  });

  it("delays nobody else's leases", () => {
    expect(lag(outcome, "others").p99).toBeLessThan(WITHIN);
    expect(lag(outcome, "others").max).toBeLessThan(WITHIN);
  });

  it("has all of its own ended when it is well again, and none is irrevocable", () => {
    expectAllEndedOnce(outcome);
    expect(lag(outcome, how).leases).toBeGreaterThan(80);
    expect(lag(outcome, how).max).toBeGreaterThan(WITHIN);
    // Not attempted while the target is left alone.
    expect(outcome.retried).toBeLessThan(lag(outcome, how).leases / 2);
  });
});
