import { describe, expect, it } from "@jest/globals";
import { goInt, goIntFault } from "../../../src/std/go-int.ts";

describe("integers as Go reads them", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["+7", 7],
    ["007", 7],
    ["-12", -12],
    ["9223372036854775807", 2 ** 63],
    ["-9223372036854775808", -(2 ** 63)],
  ])("%s", (text, value) => {
    expect(goInt(text)).toBe(value);
  });

  it.each(["", "+", "1_0", " 1", "1.0", "0x1", "１", "9223372036854775808", "-9223372036854775809"])(
    "not %j",
    (text) => {
      expect(goInt(text)).toBeUndefined();
    },
  );

  it("tells what is too much from what is none", () => {
    expect(goIntFault("99999999999999999999")).toBe("value out of range");
    expect(goIntFault("x")).toBe("invalid syntax");
  });
});
