import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareUtf8, utf8Length } from "../../../src/std/utf8.ts";
import { codePoint } from "../../support/text.ts";

/** Any UTF-16 text, halves of surrogate pairs included, with many equal beginnings. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "a",
        "b",
        "\u007f",
        "\u0080",
        "\u07ff",
        "\u0800",
        "\ud7ff",
        "\ud800",
        "\udbff",
        "\udc00",
        "\udfff",
      ),
      fc.constantFrom("\ue000", "\ufffd", "\uffff", "\u{10000}", "\u{1f511}", "\u{10ffff}"),
      fc.string({ unit: codePoint, maxLength: 1 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

test("a text is as long as its bytes", () => {
  expect(["", "a", "é", "€", "\u{1f511}", "\ud800"].map(utf8Length)).toEqual([0, 1, 2, 3, 4, 3]);
  fc.assert(
    fc.property(text, (one) => {
      expect(utf8Length(one)).toBe(Buffer.byteLength(one));
    }),
  );
});

test("texts are in the order of their bytes, which is not that of UTF-16", () => {
  expect(["\u{1f511}", "\uffff", "a"].sort(compareUtf8)).toEqual(["a", "\uffff", "\u{1f511}"]);
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareUtf8(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
    { numRuns: 500 },
  );
});
