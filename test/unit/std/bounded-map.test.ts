import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createBoundedMap } from "../../../src/std/bounded-map.ts";

type Step =
  | { readonly op: "set"; readonly key: number; readonly value: number }
  | { readonly op: "get" | "delete"; readonly key: number }
  | { readonly op: "clear" };

const key = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant("set" as const), key, value: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom("get" as const, "delete" as const), key }) },
  { weight: 1, arbitrary: fc.constant({ op: "clear" as const }) },
);

/** A list of pairs, oldest first: the same by plain means. */
class Model {
  pairs: (readonly [number, number])[] = [];
  readonly dropped: number[] = [];
  readonly most: number;
  constructor(most: number) {
    this.most = most;
  }

  leave(gone: (pair: readonly [number, number]) => boolean): void {
    this.dropped.push(...this.pairs.filter(gone).map(([, value]) => value));
    this.pairs = this.pairs.filter((pair) => !gone(pair));
  }

  set(at: number, value: number): void {
    this.leave((pair) => pair[0] === at && pair[1] !== value);
    this.pairs = [...this.pairs.filter((pair) => pair[0] !== at), [at, value]];
    while (this.pairs.length > this.most) {
      const [oldest] = this.pairs;
      this.leave((pair) => pair === oldest);
    }
  }
}

describe("bounded map", () => {
  it("keeps its bound, drops what was set longest ago, and tells of every value that leaves", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (most, steps) => {
        const dropped: number[] = [];
        const map = createBoundedMap<number, number>(most, (value) => dropped.push(value));
        const model = new Model(most);
        for (const one of steps) {
          if (one.op === "set") {
            map.set(one.key, one.value);
            model.set(one.key, one.value);
          } else if (one.op === "get") {
            expect(map.get(one.key)).toBe(model.pairs.find(([at]) => at === one.key)?.[1]);
          } else if (one.op === "delete") {
            map.delete(one.key);
            model.leave(([at]) => at === one.key);
          } else {
            map.clear();
            model.leave(() => true);
          }
          expect(map.size).toBe(model.pairs.length);
          expect(map.size).toBeLessThanOrEqual(most);
          for (let at = 0; at < 10; at += 1) expect(map.has(at)).toBe(model.pairs.some((pair) => pair[0] === at));
        }
        expect(dropped).toEqual(model.dropped);
      }),
    );
  });

  it("holds a value that is undefined as one that is there", () => {
    const map = createBoundedMap<string, undefined>(2);
    map.set("a", undefined);
    expect(map.has("a")).toBe(true);
    expect(map.size).toBe(1);
  });
});
