import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { shownText, withTyped } from "../../../../ui/pages/edit/line-ends.ts";

const text = fc.array(fc.constantFrom("a", "b", "\r\n", "\r", "\n", "\u0000", "😀")).map((all) => all.join(""));

describe("line ends in a text area", () => {
  it("are those of the value where nothing was changed", () => {
    fc.assert(fc.property(text, (value) => expect(withTyped(value, shownText(value))).toBe(value)));
  });

  it("never change what is seen", () => {
    fc.assert(
      fc.property(text, text.map(shownText), (value, typed) => {
        expect(shownText(withTyped(value, typed))).toBe(typed);
      }),
    );
  });

  it("do not become one where a change brings two together", () => {
    expect(withTyped("\n\r", "\n\n\n")).toBe("\n\r\n\n");
    expect(withTyped("a\rb\nc", "a\n\nc")).toBe("a\r\n\nc");
  });

  it("around a change stay as they were, and new ones are of the usual kind", () => {
    expect(withTyped("a\r\nb\rc\r\nd", "a\nb\nX\nc\nd")).toBe("a\r\nb\rX\r\nc\r\nd");
    expect(withTyped("a\rb", "a\nb\nc")).toBe("a\rb\rc");
    expect(withTyped("a\nb", "a\nb\nc")).toBe("a\nb\nc");
    expect(withTyped("a\r\n", "a")).toBe("a");
  });
});
