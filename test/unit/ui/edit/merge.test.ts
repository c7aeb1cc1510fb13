import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { mergePatch } from "../../../../src/engines/kv/patch.ts";
import { isJsonObject, parseJson, writeJson } from "../../../../src/std/json.ts";
import { sameJson } from "../../../../ui/client/json-text.ts";
import { merged, rowsOf, sideOf, undecided, withValue } from "../../../../ui/pages/edit/merge.ts";
import { dataOf, type Field, fieldsOf, newField, sameFields } from "../../../../ui/pages/edit/model.ts";
import { patchOf } from "../../../../ui/pages/edit/patch.ts";

const read = (text: string): readonly Field[] => {
  const fields = fieldsOf(text);
  if (!fields) throw new Error(`not an object: ${text}`);
  return fields;
};

const value = fc.constantFrom("1", "2", "0.10", '"a"', '"b"', "[1]", '{"x":1}', '{"x":2,"y":{"z":1}}', "null");
const data = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "__proto__", ""), value), { selector: ([name]) => name })
  .map((all) => `{${all.map(([name, source]) => `${JSON.stringify(name)}:${source}`).join(",")}}`);

describe("base, theirs and mine", () => {
  it("are told apart field by field", () => {
    const base = read('{"same":"0","theirs":"0","mine":"0","alike":"0","both":"0","gone":"0","lost":"0"}');
    const theirs = read('{"same":"0","theirs":"1","mine":"0","alike":"2","both":"3","lost":"5","new":"4"}');
    const mine = read('{"same":"0","theirs":"0","mine":"1","alike":"2","both":"4","gone":"0","added":"5"}');

    expect(rowsOf(base, theirs, mine).map(({ name, change }) => [name, change])).toEqual([
      ["theirs", "theirs"],
      ["mine", "mine"],
      ["alike", "alike"],
      ["both", "both"],
      ["gone", "theirs"],
      ["added", "mine"],
      ["lost", "both"],
      ["new", "theirs"],
    ]);
  });

  it("lose nothing: what one of them changed is in the result, and what both did waits for a choice (21)", () => {
    fc.assert(
      fc.property(data, data, data, (b, t, m) => {
        const [base, theirs, mine] = [read(b), read(t), read(m)];
        const rows = rowsOf(base, theirs, mine);
        const result = merged(rows, mine);

        for (const row of rows) {
          const taken = row.change === "theirs" ? row.theirs : row.mine;
          expect(result.find(({ name }) => name === row.name)?.value).toBe(taken?.value);
        }
        expect(undecided(rows, new Map())).toEqual(rows.filter(({ change }) => change === "both"));
        // Whoever takes all of theirs has theirs, and whoever keeps all of mine has mine.
        const all = (side: "theirs" | "mine"): readonly Field[] =>
          rows.reduce((fields, row) => withValue(fields, row.name, row[side]), result);
        expect(sameFields(all("theirs"), theirs)).toBe(true);
        expect(sameFields(all("mine"), mine)).toBe(true);
      }),
    );
  });

  it("are chosen by field, once", () => {
    const rows = rowsOf(read('{"a":"0","b":"0"}'), read('{"a":"1","b":"1"}'), read('{"a":"2","b":"0"}'));
    const [a, b] = rows;
    if (!a || !b) throw new Error("no rows");

    expect(sideOf(a, new Map())).toBeUndefined();
    expect(sideOf(a, new Map([["a", "theirs"]]))).toBe("theirs");
    expect(sideOf(b, new Map())).toBe("theirs");
    expect(sideOf(b, new Map([["b", "mine"]]))).toBe("mine");
    expect(undecided(rows, new Map([["a", "mine"]]))).toEqual([]);
  });

  it("keep their order and their ids when a value is set", () => {
    const fields = read('{"a":"1","b":"2"}');
    const [a, b] = fields;

    expect(withValue(fields, "a", { kind: "json", value: "3" })).toEqual([{ ...a, kind: "json", value: "3" }, b]);
    expect(withValue(fields, "a", undefined)).toEqual([b]);
    expect(withValue(fields, "c", { kind: "text", value: "3" }).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });
});

describe("a merge patch", () => {
  it("makes of the one secret the other, by the server's own merging", () => {
    fc.assert(
      fc.property(data, data, (before, after) => {
        const patch = patchOf(read(before), read(after));
        if (patch === undefined) {
          expect(after).toContain("null");
          return;
        }
        const [target, change] = [parseJson(before), parseJson(patch)];
        if (!isJsonObject(target) || !isJsonObject(change)) throw new Error("not objects");

        expect(sameJson(writeJson(mergePatch(target, change)), after)).toBe(true);
      }),
    );
  });

  it("says what changed, and nothing else", () => {
    expect(patchOf(read('{"a":"1","b":0.10,"c":"3"}'), read('{"a":"1","b":0.1,"d":"4"}'))).toBe(
      '{"b":0.1,"d":"4","c":null}',
    );
  });

  it("cannot store a null, but in a list", () => {
    expect(patchOf([], [newField("a", "null", "json")])).toBeUndefined();
    expect(patchOf([], [newField("a", '{"b":{"c":null}}', "json")])).toBeUndefined();
    expect(patchOf([], [newField("a", "[null]", "json")])).toBe('{"a":[null]}');
    expect(dataOf([newField("a", "null", "json")])).toBe('{"a":null}');
  });
});
