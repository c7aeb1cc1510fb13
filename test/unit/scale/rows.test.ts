import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Rows, storedOf } from "../../../scripts/bench/scale/rows.ts";
import { runs } from "../../support/runs.ts";

/** The rows of the counted table behave as a sorted list does, however many and in whatever order they came. */

const row = (value: number) => storedOf({ pk: { S: "p" }, sk: { S: "s" }, v: { B: Buffer.from([value % 256]) } });

const key = fc.stringMatching(/^[a-f~#/]{1,3}$/);
const step = fc.record({ key, put: fc.boolean() });

const upwards = (rows: Rows, start: string): readonly string[] => [...rows.from(start, false)].map(([sk]) => sk);
const downwards = (rows: Rows, start: string): readonly string[] => [...rows.from(start, true)].map(([sk]) => sk);

describe("the rows of a partition", () => {
  it("are those that were put and not deleted, in order, from anywhere and both ways", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.array(step, { maxLength: 80 }), key, (loaded, steps, start) => {
        const rows = new Rows();
        const model = new Set<string>();
        for (const one of loaded) {
          rows.load(one, row(1));
          model.add(one);
        }
        for (const one of steps) {
          if (one.put) {
            rows.set(one.key, row(2));
            model.add(one.key);
          } else {
            rows.delete(one.key);
            model.delete(one.key);
          }
        }
        const sorted = [...model].sort();

        expect(upwards(rows, start)).toEqual(sorted.filter((sk) => sk >= start));
        expect(downwards(rows, start)).toEqual(sorted.filter((sk) => sk < start).reverse());
        expect(rows.get(start) !== undefined).toBe(model.has(start));
      }),
      { numRuns: runs(200, 5000) },
    );
  });

  it("stay in order when one by one they become thousands", () => {
    const rows = new Rows();
    const keys = Array.from({ length: 3000 }, (_, at) => String((at * 7919) % 3000).padStart(4, "0"));
    for (const one of keys) rows.set(one, row(1));

    expect(upwards(rows, "")).toEqual([...keys].sort());
  });
});
