import { expect, it } from "@jest/globals";
import { randomText, systemRandom } from "../../../src/std/random.ts";
import { runs } from "../../support/runs.ts";

/** The chi-square statistic of how often each character of the alphabet came. */
const chiSquare = (text: string, alphabet: string): number => {
  const counts = new Map([...alphabet].map((one) => [one, 0]));
  for (const one of text) counts.set(one, (counts.get(one) ?? 0) + 1);
  const expected = text.length / alphabet.length;
  return [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

it("C19: no character of a random text is likelier than another", () => {
  // 61 degrees of freedom: above 150 once in 10^9 runs; taking bytes modulo 62 gives more than 1,000 here.
  expect(chiSquare(randomText(systemRandom, runs(200_000, 10_000_000)), BASE62)).toBeLessThan(150);
});

it("C19: bytes past the last whole alphabet are thrown away, not folded", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  let calls = 0;
  const counting = { bytes: (length: number) => (calls++ === 0 ? bytes.subarray(0, Math.max(length, 256)) : bytes) };
  const text = randomText(counting, 248);
  expect(chiSquare(text, BASE62)).toBe(0);
});
