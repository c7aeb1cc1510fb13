import { describe, expect, it } from "@jest/globals";
import { hasExactly, isListOf, isRecordOf, isText, isWithin } from "../../../lambdas/shared/guards.ts";
import { tagsOf } from "../../../lambdas/shared/lease-orders.ts";
import { isTick } from "../../../lambdas/shared/schedule.ts";
import { SCHEDULE_EVENT } from "../../../src/contract/schedule.ts";

describe("an object with exactly some members", () => {
  it.each([
    [{ a: 1, b: undefined }, true],
    [{ b: 1, a: 2 }, true],
    [{ a: 1 }, false],
    [{ a: 1, b: 2, c: 3 }, false],
    [Object.create({ a: 1, b: 2 }), false],
    [["a", "b"], false],
    [Object.assign([], { a: 1, b: 2 }), false],
    [null, false],
    ["ab", false],
  ])("%j: %s", (value, expected) => {
    expect(hasExactly(value, "a", "b")).toBe(expected);
  });
});

describe("lists, records and numbers", () => {
  it("are of one kind, and a list is not empty", () => {
    expect([isListOf(["a"], isText), isListOf([], isText), isListOf(["a", ""], isText)]).toEqual([true, false, false]);
    expect([isRecordOf({ a: "b" }, isText), isRecordOf(["b"], isText), isRecordOf({ a: 1 }, isText)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isWithin(1, 1, 2), isWithin(2, 1, 2), isWithin(3, 1, 2), isWithin(1.5, 1, 2), isWithin("1", 1, 2)]).toEqual(
      [true, true, false, false, false],
    );
  });
});

describe("the schedule's event", () => {
  it("is that and nothing else", () => {
    expect(isTick(SCHEDULE_EVENT)).toBe(true);
    for (const event of [{ ...SCHEDULE_EVENT, more: 1 }, { source: "other" }, [SCHEDULE_EVENT], null, "text"])
      expect(isTick(event)).toBe(false);
  });
});

describe("an order to end leases", () => {
  const tag = "a".repeat(22);

  it("names 1 to 25 tags, and nothing else", () => {
    for (const zerothEnd of [[tag], Array.from({ length: 25 }, () => tag), ["-_".repeat(8)]])
      expect(tagsOf({ zerothEnd })).toEqual(zerothEnd);
  });

  it.each([
    ["without tags", { zerothEnd: [] }],
    ["with more than 25", { zerothEnd: Array.from({ length: 26 }, () => tag) }],
    ["with a tag that is too short", { zerothEnd: [tag, "a".repeat(15)] }],
    ["with a tag that is too long", { zerothEnd: ["a".repeat(65)] }],
    ["with a line break behind a tag", { zerothEnd: [`${tag}\n`] }],
    ["with a number", { zerothEnd: [1] }],
    ["with a tag alone", { zerothEnd: tag }],
    ["with another member", { zerothEnd: [tag], version: "2.0" }],
    ["in a list", [{ zerothEnd: [tag] }]],
  ])("is none %s", (_, event) => {
    expect(tagsOf(event)).toBeUndefined();
  });
});
