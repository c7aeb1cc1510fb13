import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Fill, generatePassword } from "../../../../ui/client/generate.ts";

/** Bytes by a seed: the same in every run. */
const seeded = (seed: string): Fill => {
  let count = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 32) {
      count += 1;
      const block = createHash("sha256").update(`${seed}/${count}`).digest();
      bytes.set(block.subarray(0, bytes.length - at), at);
    }
  };
};

describe("a password made in the browser", () => {
  it("has 20 letters and digits, a capital, a small letter and a digit among them", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const password = generatePassword(seeded(seed));

        expect(password).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z0-9]{20}$/);
      }),
    );
  });

  it("leaves out bytes that would favour the first letters", () => {
    // 248 and above are more than four alphabets of 62.
    const high: number[] = Array.from({ length: 20 }, (_, index) => 248 + (index % 8));
    const rounds = [high, Array.from({ length: 20 }, (_, index) => [0, 26, 52][index % 3] ?? 0)];
    const fill: Fill = (bytes) => bytes.set(rounds.shift() ?? []);

    expect(generatePassword(fill)).toBe("Aa0Aa0Aa0Aa0Aa0Aa0Aa");
  });

  it("is unbiased: capitals, small letters and digits each come out evenly (23)", () => {
    const fill = seeded("evenly");
    const counts = new Map<string, number>();
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      for (const char of generatePassword(fill)) counts.set(char, (counts.get(char) ?? 0) + 1);
    }
    const chiSquare = (chars: string): number => {
      const found = [...chars].map((char) => counts.get(char) ?? 0);
      const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
      return found.reduce((sum, one) => sum + (one - mean) ** 2 / mean, 0);
    };

    // 99.9 % of unbiased draws stay below: chi-square with 25 and 9 degrees of freedom.
    expect(chiSquare("ABCDEFGHIJKLMNOPQRSTUVWXYZ")).toBeLessThan(52.6);
    expect(chiSquare("abcdefghijklmnopqrstuvwxyz")).toBeLessThan(52.6);
    expect(chiSquare("0123456789")).toBeLessThan(27.9);
    expect(counts.size).toBe(62);
  });

  it("takes the browser's own randomness", () => {
    expect(generatePassword()).not.toBe(generatePassword());
  });
});
