import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type At, fitOf } from "../../../scripts/bench/scale/fit.ts";
import { runs } from "../../support/runs.ts";

const SIZES = [10, 100, 1000, 10_000, 100_000] as const;
const along = (of: (size: number) => number): readonly At[] => SIZES.map((size) => [size, of(size)]);

describe("how a value grows", () => {
  it.each<[string, (size: number) => number, string, number]>([
    ["a constant", () => 7, "flat", 0],
    ["nothing", () => 0, "flat", 0],
    ["the size", (size) => size, "grows", 1],
    ["its square", (size) => size ** 2, "grows", 2],
    ["its root", (size) => Math.sqrt(size), "grows", 0.5],
    ["its logarithm", (size) => Math.log(size), "logarithmic", 0.17],
    ["what levels off", (size) => Math.min(size, 50), "logarithmic", 0.14],
    ["what falls", (size) => 1000 / size, "flat", -0.5],
    ["a constant that the size overtakes at last", (size) => 1000 + size, "grows", 0.4],
  ])("%s", (_name, of, growth, slope) => {
    const fit = fitOf(along(of), 0);

    expect(fit.growth).toBe(growth);
    expect(Math.abs(fit.slope - slope)).toBeLessThan(0.2);
  });

  it("calls a last value that is a little above the others disturbed, and one that is far above them growth", () => {
    const last = (value: number): readonly At[] => [...along(() => 700).slice(0, -1), [100_000, value]];

    expect(fitOf(last(900), 0.08).growth).not.toBe("flat");
    expect(fitOf(last(900), 0.08, 0.5).growth).toBe("flat");
    expect(fitOf(last(1400), 0.08, 0.5).growth).toBe("grows");
    expect(fitOf(along(Math.sqrt), 0.08, 0.5).growth).toBe("grows");
  });

  it("says the slope of any power of the size, in whatever order the points come", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        (power, factor) => {
          const fit = fitOf([...along((size) => factor * size ** power)].reverse(), 0);

          expect(fit.slope).toBeCloseTo(power, 6);
          expect(fit.growth).toBe("grows");
        },
      ),
      { numRuns: runs(100, 5000) },
    );
  });

  it("lets what was timed be off by the tolerance", () => {
    const timed = along((size) => 500 * size ** 0.03);

    expect([fitOf(timed, 0).growth, fitOf(timed, 0.05).growth]).toEqual(["logarithmic", "flat"]);
  });

  it("takes what goes up and down, and ends where it was, for flat", () => {
    const noisy = fitOf(
      [
        [10, 1700],
        [100, 1200],
        [1000, 700],
        [10_000, 900],
      ],
      0.05,
    );

    expect(noisy.growth).toBe("flat");
  });

  it("knows no growth from one point", () => {
    expect(fitOf([[10, 5]], 0)).toEqual({ slope: 0, growth: "flat" });
  });
});
