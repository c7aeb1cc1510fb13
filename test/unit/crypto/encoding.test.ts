import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { encodeFields, type Field } from "../../../src/crypto/encoding.ts";
import { referenceContext } from "../../support/envelope.ts";
import { anyText } from "../../support/text.ts";

const field: fc.Arbitrary<Field> = fc.oneof(
  anyText(6),
  fc.constantFrom("", "/", "\0", "a", "a\0", "\ud800", "\udfff", "\ufffd", "é", "e\u0301", "0", "1"),
  fc.integer(),
  fc.constantFrom(0, 1),
  fc.uint8Array({ maxLength: 4 }),
  fc.constant(undefined),
);

const same = (a: readonly Field[], b: readonly Field[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : one === other;
  });

describe("encodeFields", () => {
  it("never gives two different lists the same bytes (C02)", () => {
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 4 }),
        fc.array(field, { maxLength: 4 }),
        (a, b) => encodeFields(a).equals(encodeFields(b)) === same(a, b),
      ),
      { numRuns: 2000 },
    );
  });

  it("agrees with a second implementation, for short and long text", () => {
    const length = fc.integer({ min: 0, max: 400 });
    const long = fc.tuple(anyText(3), length).map(([text, count]) => text.repeat(count).slice(0, count));
    const any = fc.array(fc.oneof(field, long, fc.double({ noNaN: true }), fc.uint8Array()), { maxLength: 300 });
    fc.assert(fc.property(any, (fields) => encodeFields(fields).equals(referenceContext(fields))));
  });

  it.each([-1.2345678901234567e-6, -2.2250738585072014e-308, -123456789012345680000, Number.NaN, -0])(
    "has room for %d, however long its text",
    (number) => {
      expect(encodeFields([number]).equals(referenceContext([number]))).toBe(true);
      expect(encodeFields([number]).subarray(9).toString("latin1")).toBe(String(number));
    },
  );

  it.each<[string, readonly Field[], readonly Field[]]>([
    ["a moved border", ["a|b", "c"], ["a", "b|c"]],
    ["empty text and absence", [""], [undefined]],
    ["a number and its text", [1], ["1"]],
    ["text and its bytes", ["a"], [Buffer.from("a", "utf16le")]],
    ["two Unicode normal forms", ["é"], ["e\u0301"]],
    ["a lone surrogate and the replacement character", ["\ud800"], ["\ufffd"]],
    ["a trailing NUL", ["a"], ["a\0"]],
    ["an absent field at the end", ["a"], ["a", undefined]],
  ])("tells %s apart", (_, a, b) => {
    expect(encodeFields(a).equals(encodeFields(b))).toBe(false);
  });
});
