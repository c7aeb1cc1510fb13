import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { FOLDS, foldLetters } from "../../../src/std/fold.ts";

describe("folding letter by letter", () => {
  it("is the lower case of plain text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => expect(foldLetters(text)).toBe(text.toLowerCase())),
    );
  });

  it("folds each letter of a text as it folds it alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), (text) =>
        expect(foldLetters(text)).toBe([...text].map(foldLetters).join("")),
      ),
    );
  });

  it("takes no other letter for one of ASCII", () => {
    expect(["\u212A", "K", "\u0130x", "ÄB"].map(foldLetters)).toEqual(["\u212A", "k", "\u0130x", "äb"]);
  });

  it.each(Object.keys(FOLDS) as (keyof typeof FOLDS)[])("%s folds what it folded to itself", (name) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), (text) =>
        expect(FOLDS[name](FOLDS[name](text))).toBe(FOLDS[name](text)),
      ),
    );
  });
});
