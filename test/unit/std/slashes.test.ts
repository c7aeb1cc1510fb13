import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { trimSlashes } from "../../../src/std/slashes.ts";

test("slashes go at the ends of a path and stay within it", () => {
  expect(["/a//b/", "a", "//", ""].map(trimSlashes)).toEqual(["a//b", "a", "", ""]);
  const part = fc.string({ unit: fc.constantFrom("/", "a", "é", ".") });
  fc.assert(
    fc.property(part, (path) => {
      expect(trimSlashes(path)).toBe(path.replace(/^\/+/, "").replace(/\/+$/, ""));
    }),
  );
});
