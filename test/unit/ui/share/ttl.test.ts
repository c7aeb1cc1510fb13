import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { choicesOf, firstChoice, USUAL } from "../../../../ui/pages/share/ttl.ts";

const seconds = fc.integer({ min: 0, max: 40 * 86_400 });

describe("how long a link may live", () => {
  it("is what the rule allows, and never nothing", () => {
    fc.assert(
      fc.property(seconds, seconds, (one, other) => {
        const [min, max] = one <= other ? [one, other] : [other, 0];
        const choices = choicesOf({ min, max });

        expect(choices.length).toBeGreaterThan(0);
        for (const ttl of choices) {
          expect(ttl).toBeGreaterThanOrEqual(Math.max(min, 1));
          if (max > 0) expect(ttl).toBeLessThanOrEqual(max);
        }
        expect(choices).toContain(firstChoice(choices));
      }),
    );
  });

  it("is one of four where nothing is said, a day at first", () => {
    expect(choicesOf({ min: 0, max: 0 })).toEqual([...USUAL]);
    expect(firstChoice(USUAL)).toBe(86_400);
    expect(firstChoice(choicesOf({ min: 100_000, max: 0 }))).toBe(3 * 86_400);
  });

  it("is the limit itself where no usual time fits", () => {
    expect(choicesOf({ min: 0, max: 600 })).toEqual([600]);
    expect(choicesOf({ min: 4_000, max: 5_000 })).toEqual([4_000]);
    expect(choicesOf({ min: 900_000, max: 0 })).toEqual([900_000]);
  });
});
