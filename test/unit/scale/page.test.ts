import { describe, expect, it } from "@jest/globals";
import { merged, withMeasured } from "../../../scripts/bench/scale/page.ts";
import type { Curve, MeasuredSeries } from "../../../scripts/bench/scale/series.ts";

/** A series that is measured again leaves the others as they were. */

const series = (name: string, on: string): MeasuredSeries => ({ name, on, grows: "things", curves: [] });

describe("measured series", () => {
  const before = [series("mounts", "2026-01-01"), series("tokens", "2026-01-02"), series("gone", "2026-01-03")];
  const order = ["tokens", "leases", "mounts"];

  it("keep their place and their day when another is measured", () => {
    expect(merged(before, series("mounts", "2026-02-01"), order).map(({ name, on }) => [name, on])).toEqual([
      ["tokens", "2026-01-02"],
      ["mounts", "2026-02-01"],
    ]);
  });

  it("are joined by a new one in the page's order, and left by one that is measured no more", () => {
    expect(merged(before, series("leases", "2026-02-01"), order).map(({ name }) => name)).toEqual(order);
  });
});

describe("the page", () => {
  const curve = (operation: string, sizes: readonly number[]): Curve => ({
    operation,
    because: "",
    points: sizes.map((size) => ({ size, calls: 1, rounds: 1, reads: 1, writes: 0, microseconds: 100 })),
  });

  it("says of an operation how far it was measured, where the series went further", () => {
    const curves = [curve("read", [10, 100, 1000]), curve("list", [10, 100])];
    const page = withMeasured("<!-- measured: npm run bench -- scale --docs -->\n<!-- measured -->\n", [
      { ...series("things", "2026-01-01"), curves },
    ]);

    expect(page).toContain("10 to 1,000 things.");
    expect(page).toContain("\n| read | 1 |");
    expect(page).toContain("\n| list (to 100) | 1 |");
  });
});
