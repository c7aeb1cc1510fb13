import { describe, expect, it } from "@jest/globals";
import { memberOf, ownMemberOf } from "../../../src/std/member.ts";

describe("a member", () => {
  it("is what an object holds under a name, and nothing of anything else", () => {
    expect(memberOf({ a: 1 }, "a")).toBe(1);
    expect(memberOf(JSON.parse('{"__proto__":{"a":1}}'), "a")).toBeUndefined();
    for (const value of [undefined, null, "text", 1]) expect(memberOf(value, "length")).toBeUndefined();
  });
});

describe("a member of its own", () => {
  it("is an own one, of an object", () => {
    expect(ownMemberOf({ a: 1 }, "a")).toBe(1);
    expect(ownMemberOf(Object.create({ a: 1 }), "a")).toBeUndefined();
    for (const value of [undefined, null, "text", 1]) expect(ownMemberOf(value, "length")).toBeUndefined();
    expect(ownMemberOf({}, "toString")).toBeUndefined();
  });
});
