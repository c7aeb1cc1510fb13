import { expect, test } from "@jest/globals";
import { secretIn } from "../../../../ui/client/kv-answers.ts";
import { compare, shownFields } from "../../../../ui/pages/browse/fields-of.ts";

const DEEP = `${"[".repeat(499)}${"]".repeat(499)}`;

test("18. every value is shown as it was written", () => {
  const sources = {
    "20 digits": "12345678901234567890",
    cents: "0.10",
    __proto__: '"a"',
    constructor: '"b"',
    "": '"nameless"',
    "10": "-0",
    deep: DEEP,
  };
  const secret = `{${Object.entries(sources).map(([name, source]) => `${JSON.stringify(name)}:${source}`)},"__proto__":"c"}`;
  const answer = `{"data":{"data":${secret},"metadata":{"version":1}}}`;
  expect(secretIn(2, answer)).toBe(secret);
  const shown = shownFields(secret);
  expect(shown.find(({ name }) => name === "20 digits")).toEqual({
    name: "20 digits",
    text: "12345678901234567890",
    json: true,
  });
  expect(shown.find(({ name }) => name === "cents")?.text).toBe("0.10");
  expect(shown.find(({ name }) => name === "10")?.text).toBe("-0");
  expect(shown.find(({ name }) => name === "__proto__")).toEqual({ name: "__proto__", text: "c", json: false });
  expect(shown.find(({ name }) => name === "constructor")?.text).toBe("b");
  expect(shown.find(({ name }) => name === "")?.text).toBe("nameless");
  expect(shown.find(({ name }) => name === "deep")?.text).toBe(DEEP);
});

test("18. fields keep their order, and a MiB its length", () => {
  const long = "x".repeat(1 << 20);
  const shown = shownFields(`{"b":"${long}","2":"two","1":"one"}`);
  expect(shown.map(({ name }) => name)).toEqual(["b", "2", "1"]);
  expect(shown[0]?.text).toHaveLength(1 << 20);
});

test("version 1 has its fields right below data", () => {
  expect(secretIn(1, '{"data":{"a":"1"}}')).toBe('{"a":"1"}');
  expect(shownFields("null")).toEqual([]);
});

test("16. versions are compared by field: added, removed, changed, and how many are the same", () => {
  expect(compare('{"gone":"g","same":"s","changed":"1"}', '{"changed":"2","same":"s","new":"n"}')).toEqual({
    rows: [
      { name: "changed", before: "1", after: "2" },
      { name: "new", after: "n" },
      { name: "gone", before: "g" },
    ],
    same: 1,
  });
});

test("16. a text and a number of the same look differ, and are told apart", () => {
  expect(compare('{"a":"1","b":1.0}', '{"a":1,"b":1}').rows).toEqual([
    { name: "a", before: '"1"', after: "1" },
    { name: "b", before: "1.0", after: "1" },
  ]);
});

test("16. what is written otherwise but says the same is the same", () => {
  expect(compare('{"a":{"x":1,"y":2},"b":"\\u00e9"}', '{"a":{"y":2,"x":1},"b":"é"}')).toEqual({ rows: [], same: 2 });
});
