import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { JsonNumber, parseJson, writeJson } from "../../../src/std/json.ts";

/** Numbers as text: those that a double keeps, and those that it would change. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
  fc.tuple(fc.integer(), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`),
  fc.tuple(fc.nat(9), fc.constantFrom("e", "E", "e+", "E-"), fc.nat(99)).map((parts) => parts.join("")),
  fc.constantFrom("-0", "-0.0", "0.10", "1e400"),
);

const leaf = fc.oneof(
  number,
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom("true", "false", "null"),
);

/** JSON text without blanks, in which every number keeps the text it was made from. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("json"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    fc
      .uniqueArray(fc.tuple(fc.string(), tie("json")), { maxLength: 4, selector: ([name]) => name })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(`k${name}`)}:${value}`).join(",")}}`),
  ),
}));

describe("JSON without losses", () => {
  it("writes what it read, digit by digit", () => {
    fc.assert(fc.property(json, (text) => expect(writeJson(parseJson(text))).toBe(text)));
  });

  it.each(['{"a":"1.0","b":1.0}', '[1.0,"2.0"]', '"x"', "1.0", '{"a":-0,"b":"c"}', '[["a",1e2],"b",3]'])(
    "keeps the numbers of %s",
    (text) => expect(writeJson(parseJson(text))).toBe(text),
  );

  it("writes plain values after lossless ones, and the other way round", () => {
    const written = [new JsonNumber("1.0"), 1, [new JsonNumber("2.50")], { a: 2 }].map((value) => writeJson(value));
    expect(written).toEqual(["1.0", "1", "[2.50]", '{"a":2}']);
  });

  it("indents both alike", () => {
    expect(writeJson({ a: [1] }, 2)).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(writeJson({ a: "\uE000number", b: [1] })).toBe('{"a":"\uE000number","b":[1]}');
    expect(writeJson({ a: "\uE000number", b: new JsonNumber("1.0") })).toBe('{"a":"\uE000number","b":1.0}');
    expect(writeJson({ a: [new JsonNumber("1.0")] }, 2)).toBe('{\n  "a": [\n    1.0\n  ]\n}');
  });

  it("writes null for what JSON has no word for", () => expect(writeJson(undefined)).toBe("null"));
});
