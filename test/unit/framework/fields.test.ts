import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { field } from "../../../src/framework/index.ts";
import { parseJson } from "../../../src/std/json.ts";

const REFUSED = Symbol("refused");

/** What a field makes of a JSON text, or that it refuses it. */
const reader = (schema: z.ZodType) => (json: string) => {
  const parsed = z.object({ x: schema }).safeParse({ x: parseJson(json) });
  return parsed.success ? parsed.data.x : REFUSED;
};

const table = (schema: z.ZodType, rows: readonly (readonly [string, unknown])[]) => {
  const read = reader(schema);
  it.each(rows)("takes %s as %j", (json, wanted) => expect(read(json)).toEqual(wanted));
};

const refuses = (schema: z.ZodType, values: readonly string[]) => {
  const read = reader(schema);
  it.each(values)("refuses %s", (json) => expect(read(json)).toBe(REFUSED));
};

describe("text", () => {
  table(field.text("d"), [
    ['"a"', "a"],
    ['""', ""],
    ["12", "12"],
    ["-1.50", "-1.50"],
    ["12345678901234567890", "12345678901234567890"],
    ["-0.10e+2", "-0.10e+2"],
    ["true", "1"],
    ["false", "0"],
    ["null", ""],
  ]);
  refuses(field.text("d"), ["[]", '["a"]', "{}"]);
});

describe("flag", () => {
  table(field.flag("d"), [
    ["true", true],
    ['"true"', true],
    ['"T"', true],
    ["1", true],
    ["0", false],
    ['"f"', false],
    ['""', false],
    ["null", false],
  ]);
  refuses(field.flag("d"), ['"yes"', '"on"', "2", '"2"', "[]", '["true"]', "{}", "1.0"]);
});

describe("integer", () => {
  table(field.integer("d"), [
    ["7", 7],
    ['"8"', 8],
    ['"-8"', -8],
    ["true", 1],
    ["false", 0],
    ['""', 0],
    ["null", 0],
    ["-0", 0],
  ]);
  refuses(field.integer("d"), [
    "1.5",
    "1e3",
    '"1h"',
    '" 7"',
    '"0x10"',
    '"010"',
    "[]",
    "{}",
    "9007199254740993",
    "1e400",
  ]);
});

describe("duration", () => {
  table(field.duration("d"), [
    ["90", 90],
    ['"90"', 90],
    ['"90s"', 90],
    ['"1h30m"', 5400],
    ['"1.5h"', 5400],
    ['"2d"', 172800],
    ['"1500ms"', 1],
    ['""', 0],
    ['"-0"', 0],
    ["null", undefined],
  ]);
  refuses(field.duration("d"), [
    "-1",
    '"-5"',
    '"-0.5s"',
    "1.5",
    '"1.5"',
    '"1e3"',
    '"0x10"',
    '"abc"',
    '"1h30"',
    '"1H"',
    '"1y"',
    '"1d12h"',
    '" 1h "',
    '"1h\\u0000"',
    "true",
    "[]",
    "{}",
    "1e20",
    '"99999999999999999999"',
  ]);
  it("may be negative where that means something", () => expect(reader(field.signedDuration("d"))('"-1s"')).toBe(-1));
});

describe("comma list", () => {
  table(field.commaList("d"), [
    ['"a, b"', ["a", "b"]],
    ['["a"," b "]', ["a", "b"]],
    ['["a,b"]', ["a,b"]],
    ['"[\\"a\\"]"', ['["a"]']],
    ["7", ["7"]],
    ["true", ["1"]],
    ["[1,true,null]", ["1", "1", ""]],
    ['""', []],
    ["null", []],
    ["[]", []],
  ]);
  refuses(field.commaList("d"), ["{}", "[{}]", "[[]]"]);
});

describe("text list", () => {
  table(field.textList("d"), [
    ['"a,b"', ["a,b"]],
    ['["a"," b"]', ["a", "b"]],
    ['""', []],
  ]);
  refuses(field.textList("d"), ["{}", "[[]]"]);
});

describe("key values", () => {
  table(field.keyValues("d"), [
    ['{"a":1,"b":true,"c":null}', { a: "1", b: "1", c: "" }],
    ['["a=b=c","d="]', { a: "b=c", d: "" }],
    ['"a=b,c=d"', { a: "b,c=d" }],
    ['[{"a":"1"},{"b":"2"}]', { a: "1", b: "2" }],
    ['""', {}],
    ["[]", {}],
    ["null", {}],
  ]);
  refuses(field.keyValues("d"), ['["a"]', '["=b"]', '{"a":{}}', '{"a":[]}', "7", '[{"a":"1"},"b=2"]']);
  it("keeps __proto__ as a key", () =>
    expect(Object.keys(reader(field.keyValues("d"))('{"__proto__":"x"}') as object)).toEqual(["__proto__"]));
});

describe("map", () => {
  table(field.map("d"), [
    ['{"a":{"b":[1]}}', { a: { b: [1] } }],
    ["null", {}],
  ]);
  refuses(field.map("d"), ['"x"', "[]", "1"]);
});

describe("every field", () => {
  const kinds = [
    field.text,
    field.flag,
    field.integer,
    field.duration,
    field.signedDuration,
    field.commaList,
    field.textList,
    field.keyValues,
    field.map,
    field.anyValue,
  ];
  it("is absent when it is not given", () => {
    for (const kind of kinds) expect(z.object({ x: kind("d") }).parse({})).toEqual({});
  });
  it("accepts or refuses any JSON, and never throws otherwise", () => {
    const schema = z.object({ x: z.union([z.never(), ...kinds.map((kind) => kind("d"))]) });
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const kind of kinds) {
          const result = kind("d").safeParse(parseJson(json));
          expect(typeof result.success).toBe("boolean");
        }
        schema.safeParse({ x: parseJson(json) });
      }),
    );
  });
  it("says why in one line that does not hold the value's inside", () => {
    const result = field.duration("d").safeParse({ password: "zs3ntinel" });
    expect(JSON.stringify(result.error?.issues)).not.toContain("zs3ntinel");
  });
  it("reads every whole number of seconds the same as number, text and text with unit", () => {
    const read = reader(field.duration("d"));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000_000_000 }), (n) => {
        expect([read(`${n}`), read(`"${n}"`), read(`"${n}s"`)]).toEqual([n, n, n]);
      }),
    );
  });
});
