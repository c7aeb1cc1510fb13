import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { pairsOf, sameJson } from "../../../../ui/client/json-text.ts";
import {
  asKind,
  type Content,
  dataOf,
  type Field,
  faultsOf,
  fieldsOf,
  fromJson,
  newField,
  sameFields,
  savedFields,
  toJson,
} from "../../../../ui/pages/edit/model.ts";

const NAMES = ["", "__proto__", "constructor", "hasOwnProperty", "12", "2", "a\u0000b", "\u202eabc", " x "];
const SOURCES = ["12345678901234567890", "0.10", "1e400", "-0", '[0.10,{"__proto__":-0}]', "{}", "null", "true"];
const TEXTS = ["", "a\r\nb\rc\n", "\tx ", "\u0000", "\u200e\u202e\u2066", "\ufeff", "\\u0000", '"', "</textarea>"];

const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: "grapheme" }));
const source = fc.oneof(
  fc.constantFrom(...SOURCES),
  fc.constantFrom(...TEXTS).map((text) => JSON.stringify(text)),
  fc.json(),
);
const pairs = fc.uniqueArray(fc.record({ name, source }), { selector: (pair) => pair.name });
const data = pairs.map((all) => `{${all.map((one) => `${JSON.stringify(one.name)}:${one.source}`).join(",")}}`);

const read = (text: string): readonly Field[] => {
  const fields = fieldsOf(text);
  if (!fields) throw new Error(`not an object: ${text}`);
  return fields;
};

const fieldsIn = (content: readonly Field[] | object): readonly Field[] => {
  if (!Array.isArray(content)) throw new Error(JSON.stringify(content));
  return content;
};

const textIn = (content: Content): string => {
  if (content.view !== "json") throw new Error("kept its fields");
  return content.text;
};

describe("a secret while it is edited", () => {
  it("is saved as it was read, whatever its names and values (18, 19)", () => {
    fc.assert(
      fc.property(data, (text) => {
        expect(sameJson(dataOf(read(text)), text)).toBe(true);
        expect(pairsOf(dataOf(read(text)))?.map((pair) => pair.name)).toEqual(pairsOf(text)?.map((pair) => pair.name));
      }),
    );
  });

  it("is the same after a look at it as JSON, and its fields are the same ones", () => {
    fc.assert(
      fc.property(data, (text) => {
        const fields = read(text);
        const back = fieldsIn(fromJson(textIn(toJson(fields)), fields));

        expect(back).toEqual(fields);
      }),
    );
  });

  it("remembers whether a value is text or JSON", () => {
    const fields = read('{"port": 5432, "zip": "0123", "on": true, "list": [1]}');

    expect(fields.map(({ kind }) => kind)).toEqual(["json", "text", "json", "json"]);
    expect(dataOf(fields.map((field) => (field.name === "zip" ? { ...field, value: "0124" } : field)))).toContain(
      '"zip":"0124"',
    );
  });

  it("keeps the field that JSON did not change, and gives a changed one its value", () => {
    const fields = read('{"a": "1", "b": "2"}');
    const [a, b] = fields;
    const back = fieldsIn(fromJson('{"b": "3", "a": "1", "c": 0.10}', fields));

    expect(back.map(({ id }) => id)).toEqual([b?.id, a?.id, expect.any(Number)]);
    expect(back[1]).toBe(a);
    expect(dataOf(back)).toBe('{"b":"3","a":"1","c":0.10}');
  });

  it.each([
    ["[1]", { fault: "object", line: 1, column: 1 }],
    ['{"a": 1,\n "a": 2}', { fault: "twice", line: 2, column: 2 }],
    ['{"a": 01}', { fault: "number", line: 1, column: 7 }],
  ])("says where %s is not the JSON of a secret", (text, fault) => {
    expect(fromJson(text, [])).toEqual(fault);
  });

  it("refuses names given twice, broken JSON, half characters and too many levels", () => {
    const deep = "[".repeat(499) + "]".repeat(499);
    const fields = [
      newField("a", "x"),
      newField("a", "y"),
      newField("b", "{", "json"),
      newField("c", "\ud83d"),
      newField("d\udc00", ""),
      newField("e", deep, "json"),
      newField("f", deep.slice(1, -1), "json"),
    ];
    const faults = faultsOf(fields);

    expect(fields.map(({ id }) => faults.get(id))).toEqual([
      undefined,
      { is: "twice" },
      { is: "json", fault: { fault: "end", line: 1, column: 2 } },
      { is: "half" },
      { is: "half" },
      { is: "deep" },
      undefined,
    ]);
    expect(toJson(fields).view).toBe("fields");
  });

  it("changes a value between text and JSON without losing it", () => {
    const text = newField("a", "5432");

    expect(asKind(text, "json")).toEqual({ ...text, kind: "json" });
    expect(asKind(asKind(text, "json"), "text")).toEqual(text);
    expect(asKind(newField("a", ' "x\\n" ', "json"), "text").value).toBe("x\n");
    expect(asKind(newField("a", '"x', "json"), "text").value).toBe('"x');
    expect(asKind(text, "text")).toBe(text);
  });

  it("does not save a row that nobody filled, and keeps an empty one that was stored", () => {
    const stored = read('{"": ""}');
    const fields = [...stored, newField()];

    expect(savedFields(fields, stored)).toEqual(stored);
    expect(savedFields([newField("", "x")], [])).toHaveLength(1);
  });

  it("is the same secret in any order, and another by a digit", () => {
    expect(sameFields(read('{"a": 1.0, "b": "x"}'), read('{"b": "x", "a": 1.0}'))).toBe(true);
    expect(sameFields(read('{"a": 1.0}'), read('{"a": 1}'))).toBe(false);
    expect(sameFields(read('{"a": "1"}'), read('{"a": 1}'))).toBe(false);
    expect(sameFields(read('{"a": "1"}'), read('{"b": "1"}'))).toBe(false);
    expect(sameFields(read('{"a": "\\r\\n"}'), read('{"a": "\\n"}'))).toBe(false);
  });
});
