import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { elementOf, NotDer, oidOf, requireDer } from "../../../src/x509/strict-der.ts";

const isDer = (hex: string): boolean => {
  try {
    requireDer(Buffer.from(hex, "hex"));
    return true;
  } catch (cause) {
    if (cause instanceof NotDer) return false;
    throw cause;
  }
};

describe("DER", () => {
  it.each([
    "0500",
    "0101ff",
    "010100",
    "020100",
    "02020080",
    "0201ff",
    "3000",
    "3003020101",
    "a003020101",
    "8000",
    "030100",
    "0303040ff0",
  ])("%s is taken", (hex) => {
    expect(isDer(hex)).toBe(true);
  });

  it.each([
    ["", "nothing"],
    ["05", "no length"],
    ["050000", "a byte behind it"],
    ["050100", "a NULL with content"],
    ["010101", "a TRUE that is not all ones"],
    ["0100", "a boolean of no bytes"],
    ["0200", "a number of no bytes"],
    ["02020001", "a number with zeros in front"],
    ["0202ff80", "a negative number with ones in front"],
    ["04810100", "a length that has a shorter form"],
    ["0482008000", "a length with zeros in front"],
    ["30800000", "an unknown length"],
    ["2403040100", "a string in pieces"],
    ["1000", "a sequence that is not made of elements"],
    ["1f8100", "a tag of several bytes"],
    ["0300", "bits without their count"],
    ["030109", "more than 7 bits that do not count"],
    ["030101", "bits that do not count, of no bits"],
    ["0600", "an identifier of no bytes"],
    ["060180", "an identifier that ends early"],
    ["3003020201", "an element longer than what it is in"],
  ])("%s is refused: %s", (hex) => {
    expect(isDer(hex)).toBe(false);
  });

  it("is refused where it is deeper, or has more elements, than anything that is read here", () => {
    const nested = (depth: number): string =>
      depth === 0 ? "0500" : `30${(depth * 2).toString(16).padStart(2, "0")}${nested(depth - 1)}`;
    expect([isDer(nested(20)), isDer(nested(40))]).toEqual([true, false]);

    const many = Buffer.concat([Buffer.from("30821f40", "hex"), Buffer.from("0500".repeat(4000), "hex")]);
    expect(() => requireDer(many)).toThrow(NotDer);
    expect(() => requireDer(many, 10_000)).not.toThrow();
  });

  it("of any bytes is taken or refused, and is as long as it says", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (isDer(Buffer.from(bytes).toString("hex"))) expect(elementOf(bytes).der).toEqual(bytes);
      }),
    );
  });

  it.each([
    ["06032a0304", "1.2.3.4"],
    ["0603883703", "2.999.3"],
    ["0603550403", "2.5.4.3"],
    ["060100", "0.0"],
    ["060c2a83ffffffffffffffffff7f", "1.2.4722366482869645213695"],
  ])("%s is the object identifier %s", (hex, text) => {
    expect(oidOf(elementOf(Buffer.from(hex, "hex")))).toBe(text);
  });
});
