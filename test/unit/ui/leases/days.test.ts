import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { endsByDay } from "../../../../ui/pages/leases/days.ts";

/** Noon where the test runs: days are the reader's own. */
const NOW = new Date(2026, 10, 30, 12).getTime();
const words = { later: "later", never: "never" };
const nameOf = (day: number): string => new Date(day).toDateString();

describe("leases by the day they end", () => {
  it("are all counted, once each, whenever they end", () => {
    const end = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: NOW + 1e10 }));
    fc.assert(
      fc.property(fc.array(end), fc.integer({ min: 0, max: 86_400_000 * 400 }), (ends, shift) => {
        const bars = endsByDay(ends, NOW + shift, nameOf, words);

        expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(ends.length);
        expect(new Set(bars.map(({ label }) => label)).size).toBe(bars.length);
      }),
    );
  });

  it("stand by day to the last that has any, then later and never", () => {
    const hour = 3_600_000;
    const bars = endsByDay([NOW + hour, NOW + 48 * hour, NOW + 2_000 * hour, 0, 0], NOW, nameOf, words);

    expect(bars.map(({ count }) => count)).toEqual([1, 0, 1, 1, 2]);
    expect(bars[0]?.label).toBe(new Date(NOW).toDateString());
    expect(bars.slice(-2).map(({ label }) => label)).toEqual(["later", "never"]);
  });
});
