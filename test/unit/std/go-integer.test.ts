import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseGoInteger } from "../../../src/std/go-integer.ts";

/**
 * What OpenBao 2.6 makes of texts where it wants an integer, by what it stored or answered (`max_versions`, `num_uses`,
 * `version`, `versions`). Of the two that need 64 bits it takes the value.
 */
const RECORDED: readonly (readonly [text: string, value: number | "syntax" | "range"])[] = [
  ["0", 0],
  ["1", 1],
  ["-1", -1],
  ["+1", 1],
  ["+0", 0],
  ["-0", 0],
  ["00", 0],
  ["01", 1],
  ["007", 7],
  ["08", "syntax"],
  ["09", "syntax"],
  ["0o17", 15],
  ["0O17", 15],
  ["0o8", "syntax"],
  ["0x2", 2],
  ["0X2f", 47],
  ["0xfF", 255],
  ["0x", "syntax"],
  ["0x_1", 1],
  ["0x1_0", 16],
  ["0_7", 7],
  ["0__7", "syntax"],
  ["_1", "syntax"],
  ["1_", "syntax"],
  ["1_000", 1000],
  ["1__0", "syntax"],
  ["10_0_0", 1000],
  ["0b101", 5],
  ["0B11", 3],
  ["0b2", "syntax"],
  ["0b", "syntax"],
  ["-0x10", -16],
  ["+0x10", 16],
  ["-010", -8],
  ["- 1", "syntax"],
  [" 1", "syntax"],
  ["1 ", "syntax"],
  ["1.0", "syntax"],
  ["1e3", "syntax"],
  ["0x1p4", "syntax"],
  ["9007199254740991", 9007199254740991],
  ["0x1fffffffffffff", 9007199254740991],
  ["2147483648", 2147483648],
  ["0x80000000", 2147483648],
  ["9223372036854775807", "range"],
  ["9223372036854775808", "range"],
  ["-9223372036854775808", "range"],
  ["١", "syntax"],
  ["1,000", "syntax"],
  ["true", "syntax"],
  ["abc", "syntax"],
  ["0d10", "syntax"],
  ["--1", "syntax"],
  ["+-1", "syntax"],
];

describe("an integer of Go's with its base in its prefix", () => {
  it.each(RECORDED)("%j is %j", (text, value) => {
    expect(parseGoInteger(text)).toBe(value);
  });

  const spellings: readonly (readonly [prefix: string, radix: number])[] = [
    ["", 10],
    ["0", 8],
    ["0o", 8],
    ["0O", 8],
    ["0x", 16],
    ["0X", 16],
    ["0b", 2],
    ["0B", 2],
  ];

  it("is read back from every spelling, and from none with a digit or an underscore out of place", () => {
    const values = fc.maxSafeNat();
    const places = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(...spellings),
        fc.constantFrom("", "+", "-"),
        places,
        (value, [prefix, radix], sign, split) => {
          const digits = [...value.toString(radix)]
            .map((digit, at) => (at > 0 && split[at] ? `_${digit}` : digit))
            .join("");
          const wanted = value === 0 || sign !== "-" ? value : -value;
          expect(parseGoInteger(`${sign}${prefix}${digits}`)).toBe(wanted);
          for (const wrong of [
            `${prefix}${digits}_`,
            `${prefix}_${"_"}${digits}`,
            `${prefix}${digits}g`,
            ` ${prefix}${digits}`,
          ]) {
            expect(parseGoInteger(wrong)).toBe("syntax");
          }
        },
      ),
    );
  });

  it("is an integer that a number holds exactly, or none, whatever the text is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+-]?0?[xXbBoO]?[0-9a-f_]{0,20}$/)), (text) => {
        const value = parseGoInteger(text);
        expect(value === "syntax" || value === "range" || (Number.isSafeInteger(value) && !Object.is(value, -0))).toBe(
          true,
        );
      }),
    );
  });
});
