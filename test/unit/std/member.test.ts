import { describe, expect, it } from "@jest/globals";
import { memberOf } from "../../../src/std/member.ts";

describe("a member", () => {
  it("is what an object holds under a name, and nothing of anything else", () => {
    expect(memberOf({ a: 1 }, "a")).toBe(1);
    expect(memberOf(JSON.parse('{"__proto__":{"a":1}}'), "a")).toBeUndefined();
    for (const value of [undefined, null, "text", 1]) expect(memberOf(value, "length")).toBeUndefined();
  });
});
