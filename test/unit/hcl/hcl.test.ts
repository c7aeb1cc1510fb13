import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { buildGrammar, generatedParser } from "../../../scripts/build-grammar.ts";
import { attributeOf, blocksOf, HclError, type HclValue, parseHcl } from "../../../src/hcl/hcl.ts";

const plain = (value: HclValue | undefined): unknown => {
  if (value === undefined || value.kind === "null") return null;
  if (value.kind === "list") return value.items.map(plain);
  return value.kind === "body"
    ? Object.fromEntries(value.items.map((item) => [item.key, plain(item.value)]))
    : value.value;
};
const valueIn = (text: string): unknown => plain(attributeOf(parseHcl(text), "a"));
const refusal = (text: string): string => {
  try {
    parseHcl(text);
  } catch (error) {
    if (error instanceof HclError) return error.message;
    throw error;
  }
  return "accepted";
};

describe("the generated parser", () => {
  it("is what the grammar makes (run `npx tsx scripts/build-grammar.ts`)", () => {
    expect(readFileSync(generatedParser, "utf8") === buildGrammar()).toBe(true);
  });
});

describe("an HCL value", () => {
  const cases: readonly [text: string, value: unknown][] = [
    ['a = "x"', "x"],
    ['a = "\\n\\t\\\\\\"\\u00e9\\U0001F600\\x41\\101"', '\n\t\\"é😀AA'],
    ['a = "\\ud83d"', "\ufffd"],
    ['"a" = 1', 1],
    ["a = -5", -5],
    ["a = 0x1F", 31],
    ["a = 010", 8],
    ["a = 1.5e3", 1500],
    ["a = .5", 0.5],
    ["a = true", true],
    ["a = [1, 2,]", [1, 2]],
    ["a = [,1,,2]", [1, 2]],
    ["a = [\n# c\n1, // d\n2 /* e */\n]", [1, 2]],
    ["a = [{ b = 1 }, [2]]", [{ b: 1 }, [2]]],
    ["a = { b = 1, c = 2 }", { b: 1, c: 2 }],
    ["a { b = 1 c = 2 }", { b: 1, c: 2 }],
    ["a = 1, b = 2", 1],
    ["a = <<EOF\nx\n  y\nEOF\n", "x\n  y\n"],
    ["a = <<-EOF\n  x\n    y\n  EOF\n", "x\n  y\n"],
    ["a = <<-EOF\n  x\n y\n  EOF\n", "  x\n y\n"],
    ["a = <<EOF\r\nx\r\nEOF\r\n", "x\n"],
    ["a = <<EOF\nEOF\n", ""],
    ["a = 1\nb = 2\na = 3", 3],
    ['{"a": {"b": [1, null, "\\u00e9", -1.5e2, true]}}', { b: [1, null, "é", -150, true] }],
    ["{}", null],
    ["", null],
    ["# only a comment", null],
  ];

  it.each(cases)("%j is %j", (text, value) => {
    expect(valueIn(text)).toEqual(value);
  });

  it("keeps an interpolation as written, unevaluated", () => {
    const written = ["$", '{file("/etc/passwd")}'].join("");

    expect(valueIn(`a = "x${written}y"`)).toBe(`x${written}y`);
  });
});

describe("text that is not HCL is refused with line and column", () => {
  const cases: readonly [text: string, message: string][] = [
    ["a", "At 1:2: unexpected end of text"],
    ["a = ", "At 1:5: unexpected end of text"],
    ['path "a" {', "At 1:11: unexpected end of text"],
    ['path "a" }', 'At 1:10: unexpected "}"'],
    ["a = 1\nb = c\n", 'At 2:5: unexpected "c"'],
    ["a = [1 2]", 'At 1:8: unexpected "2"'],
    ["a b = {}", 'At 1:5: unexpected "="'],
    ["1a = 1", 'At 1:1: unexpected "1"'],
    ["true = 1", 'At 1:1: unexpected "t"'],
    ["a = 08", "At 1:5: invalid octal number"],
    ['a = "\\q"', 'At 1:7: unexpected "q"'],
    ['a = "x\ny"', 'At 1:7: unexpected "\\n"'],
    ["a = “x”", 'At 1:5: unexpected "“"'],
    ["a = 'x'", `At 1:5: unexpected "'"`],
    ["/* x", "At 1:5: unexpected end of text"],
    ['\u0000path "a" {}', 'At 1:1: unexpected "\\u0000"'],
    ['\ufeffpath "a" {}', 'At 1:1: unexpected "\ufeff"'],
    ['{"a": 1', "At 1:8: unexpected end of text"],
    ['{"a": 1} {}', 'At 1:10: unexpected "{"'],
    ['{"a": 1,,}', 'At 1:9: unexpected ","'],
  ];

  it.each(cases)("%j", (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it.each(['a = "$', "a = <<EOF\nread", 'a = "\u0000"', "[1]", '{"a": 01}', '{"a": "\n"}', "a = <<EOF x\nx\nEOF\n"])(
    "%j",
    (text) => {
      expect(refusal(text.replace("$", ["$", "{x"].join("")))).toMatch(/^At \d+:\d+: /);
    },
  );
});

describe("hostile text", () => {
  it.each(["[", "{", '{"a":', "a{", "a=[", '"$'])("nested in %s ten thousand times is refused", (open) => {
    const text = open.includes('"$') ? `"$${"{".repeat(10_000)}` : `a = ${open.repeat(10_000)}`;

    expect(refusal(open === '{"a":' ? open.repeat(10_000) : text)).toMatch(/nested deeper than 64 levels|unexpected/);
  });

  it("may nest 64 levels and no more", () => {
    const nested = (depth: number): string => `a = ${"[".repeat(depth)}${"]".repeat(depth)}`;

    expect([refusal(nested(64)), refusal(nested(65))]).toEqual(["accepted", "At 1:70: nested deeper than 64 levels"]);
  });

  it("over the size limit is refused unread", () => {
    expect(refusal(`a = "${"é".repeat(60_000)}"`)).toBe("larger than 102400 bytes");
  });

  it.each(["\r", "/", "#\n", '"', "a ", "a=1 ", "<<E\n", "\\", " "])(
    "of %j repeated is read in linear time",
    (piece) => {
      const text = piece.repeat(Math.floor(100_000 / piece.length));

      expect(typeof refusal(text)).toBe("string");
    },
  );

  it("keeps __proto__ as an entry like any other", () => {
    const body = parseHcl('{"__proto__": {"polluted": true}}');

    expect(body.items.map((item) => item.key)).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });
});

describe("blocks", () => {
  const rules = (text: string): unknown =>
    blocksOf(parseHcl(text), "rule", 1).map(({ labels, value, line }) => [labels, plain(value), line]);

  it("come with labels in HCL", () => {
    expect(
      rules('length = 20\nrule "charset" { charset = "abc" min-chars = 1 }\nrule "charset" { charset = "12" }'),
    ).toEqual([
      [["charset"], { charset: "abc", "min-chars": 1 }, 2],
      [["charset"], { charset: "12" }, 3],
    ]);
  });

  it("come as nested objects or lists of them in JSON", () => {
    expect(rules('{"rule": [\n{"charset": {"charset": "a"}},\n{"charset": {"charset": "b"}, "other": {}}]}')).toEqual([
      [["charset"], { charset: "a" }, 2],
      [["charset"], { charset: "b" }, 3],
      [["other"], {}, 3],
    ]);
  });

  it("that lack a label come back without it", () => {
    expect(rules("rule = 5")).toEqual([[[], 5, 1]]);
  });
});
