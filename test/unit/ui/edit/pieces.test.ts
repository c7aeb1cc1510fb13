import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { dateIn, secondsOf } from "../../../../ui/pages/edit/expiry.ts";
import { marksOf } from "../../../../ui/pages/edit/marks.ts";
import { faultOfName } from "../../../../ui/pages/edit/names.ts";
import { splitPaste } from "../../../../ui/pages/edit/paste.ts";

describe("what is in a value and not seen (19)", () => {
  const kinds = (value: string): readonly string[] => marksOf(value).map(({ is }) => is);

  it.each([
    ["plain words, é and 😀", []],
    ["a\nb", []],
    ["a\r\nb", ["crlf"]],
    ["a\rb", ["cr"]],
    ["a\r\nb\n", ["mixed", "line-end"]],
    [" a", ["blank-start"]],
    ["a\t", ["blank-end", "tab"]],
    ["a\u0000", ["control"]],
    ["\u202eab\u2066", ["direction"]],
    ["a\u200bb", ["invisible"]],
    ["\ufeffa", ["invisible"]],
    ["a\u00a0b", ["blank"]],
    ["a\ud800", ["half"]],
    ["❤\ufe0f", []],
  ])("%j: %j", (value, expected) => {
    expect(kinds(value)).toEqual(expected);
  });

  it("is counted, and named by its codes", () => {
    expect(marksOf("\u202ea\u202eb\u2066")).toEqual([{ is: "direction", count: 3, codes: ["U+202E", "U+2066"] }]);
    expect(marksOf("x\u{e0001}")).toEqual([{ is: "invisible", count: 1, codes: ["U+E0001"] }]);
  });
});

describe("names of new secrets", () => {
  it.each([
    ["stripe", undefined],
    ["team a/ключ é", undefined],
    ["...", undefined],
    ["", "empty"],
    ["a?b", "cut"],
    ["a#b", "cut"],
    ["100%", "cut"],
    ["a\u0000", "control"],
    ["a\u200eb", "control"],
    ["a\tb", "control"],
    [" a", "blanks"],
    ["a/b ", "blanks"],
    [".", "dots"],
    ["a/../b", "dots"],
    ["..;x", "dots"],
    ["a//b", "slashes"],
    ["/a", "slashes"],
    ["a/", "folder"],
    [`${"a/".repeat(46)}b`, "many"],
    ["é".repeat(1000), "long"],
  ])("%j: %s", (name, fault) => {
    expect(faultOfName(name)).toBe(fault);
  });
});

describe("the end of a version", () => {
  const now = Date.UTC(2026, 10, 30, 12);

  it("is a whole number of seconds", () => {
    expect(secondsOf({ is: "kept", date: "" }, now)).toBeUndefined();
    expect(secondsOf({ is: "never", date: "" }, now)).toBe(0);
    expect(secondsOf({ is: "day", date: "" }, now)).toBe(86_400);
    expect(secondsOf({ is: "month", date: "" }, now)).toBe(2_592_000);
  });

  it("at a date is counted by the server's clock", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (days) => {
        const date = dateIn(days, now);
        const seconds = secondsOf({ is: "date", date }, now);

        expect(seconds).toBe(Math.floor((new Date(date).getTime() - now) / 1000));
        expect(secondsOf({ is: "date", date }, now + 7_200_000)).toBe(Number(seconds) - 7200 || "past");
      }),
    );
  });

  it("is not in the past, and not at no date", () => {
    expect(secondsOf({ is: "date", date: dateIn(0, now) }, now)).toBe("past");
    expect(secondsOf({ is: "date", date: "" }, now)).toBe("past");
  });
});

describe("a text that was pasted", () => {
  const split = (text: string): unknown => splitPaste(text)?.map(({ name, kind, value }) => [name, kind, value]);

  it("is a .env file", () => {
    expect(
      split(
        `# database\nexport DB_USER=app\r\nDB_PASSWORD="a \\"b\\"\\nc" # old\n\nURL='x=1#2'\nEMPTY=\nNOTE=one two # three`,
      ),
    ).toEqual([
      ["DB_USER", "text", "app"],
      ["DB_PASSWORD", "text", 'a "b"\nc'],
      ["URL", "text", "x=1#2"],
      ["EMPTY", "text", ""],
      ["NOTE", "text", "one two"],
    ]);
  });

  it("is a JSON object, exactly", () => {
    expect(split(' {"user": "app", "n": 0.10, "__proto__": {"a":-0}}')).toEqual([
      ["user", "text", "app"],
      ["n", "json", "0.10"],
      ["__proto__", "json", '{\n  "a": -0\n}'],
    ]);
  });

  it.each([
    "a password",
    "A=one line",
    "dGVzdA==",
    "-----BEGIN KEY-----\nMIIE=\n-----END KEY-----",
    "A=1\nA=2",
    'A=1\nB="open',
    "{}",
    "{nothing}",
    "[1]",
    "",
  ])("is one value: %j", (text) => {
    expect(splitPaste(text)).toBeUndefined();
  });
});
