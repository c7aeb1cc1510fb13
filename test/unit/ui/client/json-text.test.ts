import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { layOut, objectText, pairsOf, sameJson, sourceAt, stringOf } from "../../../../ui/client/json-text.ts";
import { isFault, readTree } from "../../../../ui/client/json-tree.ts";
import { codePoint } from "../../../support/text.ts";

const PECULIAR = ["12345678901234567890", "0.10", "1e400", "-0", "-0.0", "1E+2", "0.1e-7", '"\\u0000"', '"\\u00e9"'];

const blank = fc.constantFrom("", " ", "\n", "\t", "\r\n  ");
const name = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "", "toString", "1", "a\u0000b", "\u202e", 'a"b\\'),
  fc.string({ unit: "grapheme" }),
);

/** Texts of JSON with blanks and peculiar numbers anywhere. */
const { source } = fc.letrec<{ source: string; leaf: string; list: string; object: string }>((tie) => ({
  source: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("list"), tie("object")),
  leaf: fc.oneof(
    fc.constantFrom(...PECULIAR, "true", "false", "null", "{}", "[]"),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.string({ unit: codePoint }).map((text) => JSON.stringify(text)),
  ),
  list: fc.tuple(blank, fc.array(tie("source"))).map(([gap, items]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(blank, fc.uniqueArray(fc.tuple(name, tie("source")), { selector: ([one]) => one }))
    .map(
      ([gap, all]) =>
        `{${gap}${all.map(([one, value]) => `${JSON.stringify(one)}${gap}:${gap}${value}`).join(`${gap},${gap}`)}${gap}}`,
    ),
}));

describe("JSON as text", () => {
  it("is read where JSON.parse reads it, and refused where that refuses it", () => {
    const broken = fc
      .tuple(source, fc.nat(), fc.constantFrom("", ",", "}", "]", '"', "\\", "0", "-", "e", "tru", "\u0001", ":"))
      .map(
        ([text, at, char]) => text.slice(0, at % (text.length + 1)) + char + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(source, broken), (text) => {
        const read = readTree(text);
        // A name given twice is JSON to the browser, and a loss here.
        if (isFault(read) && read.fault === "twice") return;
        let parsed = true;
        try {
          JSON.parse(text);
        } catch {
          parsed = false;
        }

        expect({ text, read: !isFault(read) }).toEqual({ text, read: parsed });
      }),
      { numRuns: 400 },
    );
  });

  it("is taken apart and put together without a character of a value being changed", () => {
    const pairs = fc.uniqueArray(fc.record({ name, source }), { selector: (pair) => pair.name });
    fc.assert(
      fc.property(pairs, (given) => {
        expect(pairsOf(objectText(given))).toEqual(given);
      }),
    );
  });

  it("says the same after it is laid out", () => {
    fc.assert(
      fc.property(source, (text) => {
        const out = layOut(text);

        expect(sameJson(out, text)).toBe(true);
        expect(JSON.parse(out)).toEqual(JSON.parse(text));
        expect(layOut(out)).toBe(out);
      }),
    );
  });

  it.each([
    ["1.0", "1"],
    ["0.10", "0.1"],
    ["-0", "0"],
    ["1e2", "100"],
    ["12345678901234567890", "12345678901234567891"],
    ['"a"', '"A"'],
    ["[1,2]", "[2,1]"],
    ["[1]", "[1,1]"],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"a":1}', '{"b":1}'],
    ["null", '"null"'],
    ["{}", "[]"],
    ["1", "x"],
  ])("tells %s from %s", (a, b) => {
    expect(sameJson(a, b)).toBe(false);
    expect(sameJson(b, a)).toBe(false);
  });

  it.each([
    ['{"a":1,"b":[2]}', ' { "b" : [ 2 ], "a":1 }'],
    ['"\\u00e9"', '"é"'],
    ['{"\\u0061":1}', '{"a":1}'],
  ])("finds %s to be %s", (a, b) => {
    expect(sameJson(a, b)).toBe(true);
  });

  it.each([
    ['{"a":}', "value", 1, 6],
    ['{\n  "a": 1,\n  b: 2\n}', "name", 3, 3],
    ['{"a" 1}', "colon", 1, 6],
    ['{"a": 1 "b": 2}', "comma", 1, 9],
    ["[1, 2,]", "value", 1, 7],
    ["[1,\r\n01]", "number", 2, 1],
    ["+1", "number", 1, 1],
    ["1.", "number", 1, 1],
    ["nul", "value", 1, 1],
    ["'a'", "value", 1, 1],
    ['"a\\x"', "escape", 1, 3],
    ['"a\\u12"', "escape", 1, 3],
    ['"😀\n"', "control", 1, 3],
    ['"abc', "end", 1, 5],
    ["{", "end", 1, 2],
    ["", "end", 1, 1],
    ["{} x", "rest", 1, 4],
    ['{"a":1,"\\u0061":2}', "twice", 1, 8],
    ["[".repeat(521), "depth", 1, 521],
  ])("finds in %j the fault %s in line %i, column %i", (text, fault, line, column) => {
    expect(readTree(text)).toEqual({ fault, line, column });
  });

  it("finds a value by the names above it, __proto__ among them", () => {
    const text = '{"data": {"data": {"__proto__": {"constructor": 0.10}, "": -0}}}';

    expect(sourceAt(text, "data", "data", "__proto__", "constructor")).toBe("0.10");
    expect(sourceAt(text, "data", "data", "")).toBe("-0");
    expect(sourceAt(text, "data", "toString")).toBeUndefined();
    expect(sourceAt(text, "data", "data", "", "x")).toBeUndefined();
    expect(sourceAt("nothing")).toBeUndefined();
  });

  it("reads text out of strings alone", () => {
    expect(stringOf('"a\\u0000\\nb"')).toBe("a\u0000\nb");
    expect(stringOf("12")).toBeUndefined();
  });

  it("reads 500 levels and a value of 1 MiB", () => {
    const deep = `${"[".repeat(500)}${"]".repeat(500)}`;
    const large = `{"a": ${JSON.stringify("x\u0000".repeat(2 ** 19))}}`;

    expect(layOut(deep)).toBe(deep);
    expect(sameJson(deep, deep.replace("[]", "[ ]"))).toBe(true);
    expect(stringOf(sourceAt(large, "a") ?? "")).toHaveLength(2 ** 20);
  });
});
