import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pooledRandom, randomText, systemRandom } from "../../../src/std/random.ts";
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

describe("C19: bytes that are drawn many at once", () => {
  /** Counts from 1 in 32 bits, so that every four bytes drawn are different ones. */
  const counted = () => {
    let next = 1;
    const drawn: Uint8Array[] = [];
    const random = pooledRandom((into) => {
      const view = new DataView(into.buffer, into.byteOffset);
      for (let at = 0; at + 4 <= into.length; at += 4) view.setUint32(at, next++);
      drawn.push(into);
    });
    return { random, drawn };
  };
  const wordsOf = (bytes: Uint8Array): readonly number[] =>
    Array.from({ length: bytes.length / 4 }, (_, index) =>
      new DataView(bytes.buffer).getUint32(bytes.byteOffset + index * 4),
    );

  it("come in the length asked for, and none twice", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300 }), (lengths) => {
        const { random } = counted();
        const pieces = lengths.map((length) => random.bytes(length * 4));
        const words = pieces.flatMap(wordsOf);

        expect(pieces.map((piece) => piece.length)).toEqual(lengths.map((length) => length * 4));
        expect(words).not.toContain(0);
        expect(new Set(words).size).toBe(words.length);
      }),
    );
  });

  it("are erased where they were drawn as soon as they are given out", () => {
    const { random, drawn } = counted();
    const piece = random.bytes(12);

    expect(wordsOf(piece)).toEqual([1, 2, 3]);
    expect(wordsOf(drawn[0] ?? piece).slice(0, 5)).toEqual([0, 0, 0, 4, 5]);
  });

  it("are the caller's own: changing them changes no others", () => {
    const { random } = counted();
    random.bytes(8).fill(255);
    expect(wordsOf(random.bytes(8))).toEqual([3, 4]);
  });

  it("are not drawn before somebody asks, and long ones not from the pool", () => {
    const { random, drawn } = counted();
    expect(drawn).toHaveLength(0);
    const long = random.bytes(400);
    expect(drawn).toEqual([long]);
  });

  it.each([-1, -12, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])(
    "are refused for a length of %d, and those after it are new ones",
    (length) => {
      const { random } = counted();
      random.bytes(12);

      expect(() => random.bytes(length)).toThrow(RangeError);
      expect(wordsOf(random.bytes(8))).toEqual([4, 5]);
    },
  );

  it("are never what a draw that failed left behind", () => {
    let fails = false;
    const random = pooledRandom((into) => {
      if (fails) throw new Error("no randomness");
      into.fill(7);
    });
    for (let piece = 0; piece < 15; piece += 1) random.bytes(32);
    fails = true;
    expect(random.bytes(31)).toEqual(new Uint8Array(31).fill(7));
    expect(() => random.bytes(8)).toThrow("no randomness");
    expect(() => random.bytes(1)).toThrow("no randomness");
  });
});
