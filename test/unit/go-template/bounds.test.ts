import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  type Bounds,
  dataOf,
  func2,
  INT,
  parseTemplate,
  STRING,
  TemplateError,
} from "../../../src/go-template/index.ts";
import { processorTime } from "../../support/processor-time.ts";

/** What no template may do, however it is written. */

const BOUNDS: Bounds = { source: 4096, text: 4096, output: 4096, steps: 2000, depth: 50 };

/** A function of a host that makes long texts, and asks before. */
const repeat = func2(INT, STRING, (count, part, room) => {
  const times = Number(count);
  room.text(times * part.length);
  return part.repeat(times);
});

const render = (source: string, data: unknown = {}, bounds = BOUNDS): string =>
  parseTemplate(source, { functions: { repeat }, bounds, missing: "no value" }).render(dataOf(data));

const refusal = (source: string, data?: unknown): string => {
  try {
    render(source, data);
    return "";
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    return cause.message;
  }
};

const LONG = "a value is longer than 4096 characters";

describe("growth of template values", () => {
  it.each([
    ["a function of the host", "{{ repeat 5000 `a` }}"],
    ["functions one after the other", "{{ `aaaaaaaaaa` | repeat 100 | repeat 100 }}"],
    ["printf with a width", '{{ printf "%5000d" 1 }}'],
    ["printf with a width from a value", '{{ printf "%*d" 1000000 1 }}'],
    ["printf with a precision", '{{ printf "%.4000f" 1.5 }}'],
    ["printf with a precision from a value", '{{ printf "%.*d" 1000000 1 }}'],
    ["%U", '{{ printf "%.9999U" 1 }}'],
    ["%x of a text", '{{ repeat 1000 "a" | printf "%# x" }}'],
    ["printf of many", '{{ $a := repeat 4000 "a" }}{{ printf "%s%s" $a $a }}'],
    ["print of many", '{{ $a := repeat 4000 "a" }}{{ print $a $a }}'],
    ["println", '{{ repeat 4096 "a" | println }}'],
    ["printf that quotes", '{{ repeat 4000 "\\n" | printf "%q" }}'],
    ["printf in hexadecimal", '{{ repeat 4000 "a" | printf "%x" }}'],
    ["html", '{{ repeat 1000 "<" | html | html }}'],
    ["js", '{{ repeat 1000 "<" | js }}'],
    ["urlquery", '{{ repeat 2000 "/" | urlquery }}'],
    ["a list that is printed", "{{ . }}"],
  ])("by %s is refused before it is made", (_, source) => {
    expect(refusal(source, Array(2000).fill("abc"))).toMatch(/longer than 4096 characters|2000 steps/);
  });

  it("by nine replacements of one letter by ten does not happen", () => {
    const chain = Array(9).fill("| repeat 10").join(" ");

    expect(refusal(`{{ "a" ${chain} }}`)).toContain(LONG);
  });

  it.each([
    [`{{ printf "%${"9".repeat(1000)}d" 1 }}`, "%!(NOVERB)%!(EXTRA int=1)"],
    ['{{ printf "%*d" 1000000000 1 }}', "%!(BADWIDTH)1"],
  ])("by a width that Go refuses does not happen", (source, made) => {
    expect(render(source)).toBe(made);
  });

  it.each([
    ["output", '{{ $a := repeat 4000 "a" }}{{ $a }}{{ $a }}', "it makes more than 4096 characters"],
    ["a loop over a number", "{{ range 1000000000 }}{{ end }}", "it takes more than 2000 steps"],
    ["loops in loops", "{{range 100}}{{range 100}}{{range 100}}{{end}}{{end}}{{end}}", "it takes more than 2000 steps"],
    [
      "a template that calls itself",
      '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
      "exceeded maximum template depth (50)",
    ],
    [
      "templates that call two others each",
      `${Array.from({ length: 20 }, (_, n) => `{{define "t${n}"}}{{template "t${n + 1}"}}{{template "t${n + 1}"}}{{end}}`).join("")}{{define "t20"}}{{end}}{{template "t0"}}`,
      "it takes more than 2000 steps",
    ],
    ["parentheses", `{{ ${"(".repeat(1500)}1${")".repeat(1500)} }}`, "it is nested deeper than 50"],
    ["blocks", `${"{{if 1}}".repeat(60)}${"{{end}}".repeat(60)}`, "it is nested deeper than 50"],
    ["else if", `{{if 0}}${"{{else if 0}}".repeat(300)}{{end}}`, "it is nested deeper than 50"],
    ["its own length", " ".repeat(5000), "it is longer than 4096 characters"],
    ["data that is nested deeply", "{{ . }}", "a value is nested deeper than 64"],
  ])("by %s ends", (what, source, why) => {
    let data: unknown = {};
    if (what.startsWith("data")) for (let depth = 0; depth < 100; depth += 1) data = [data];

    expect(refusal(source, data)).toContain(why);
  });
});

describe("a template reaches nothing but its data", () => {
  it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "prototype", "length"])("not %s", (name) => {
    expect(render(`{{ .${name} }}{{ .inner.${name} }}`, { inner: {} })).toBe("<no value><no value>");
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("and no function %s", (name) => {
    expect(refusal(`{{ ${name} 1 }}`)).toContain(`function "${name}" not defined`);
  });
});

/** Pieces of the language in any order: most of it nonsense, all of it bounded. */
const word = fc.constantFrom(
  ...[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "(",
    ")",
    "|",
    " ",
    ".",
    ".a",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    '"a"',
    "`",
    '"',
    "'a'",
    "1",
    "99999",
    "1e9",
    "-",
  ],
  ...[
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "/*",
    "*/",
  ],
  ...[
    "printf",
    '"%9999d%s"',
    "print",
    "repeat 99",
    "html",
    "index",
    "slice",
    "len",
    "eq",
    "and",
    "or",
    "not",
    "\n",
    "é",
    "\\",
  ],
);
const action = fc.array(word, { maxLength: 12 }).map((words) => `{{${words.join(" ")}}}`);
const sensible = fc.constantFrom(
  "{{range 99}}",
  "{{range $x := .a}}",
  "{{if .a}}",
  "{{with .a}}",
  "{{else}}",
  "{{end}}",
  '{{define "t"}}',
  '{{template "t" .}}',
  '{{template "t"}}',
  "{{$x := print . . .}}",
  '{{$x = printf "%99s%99s" $x $x}}',
  "{{$x = html $x}}",
  "{{$x = repeat 9 $x}}",
  "{{.a}}",
  "text",
);

describe("no template within the bound of its source", () => {
  it("takes more steps, makes more text or fails in another way than a template's", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(sensible, action), { maxLength: 40 }), (parts) => {
        const source = parts.join("").slice(0, BOUNDS.source);
        const started = process.memoryUsage().heapUsed;
        try {
          expect(render(source, { a: ["<x>", 1, { b: "c" }] }).length).toBeLessThanOrEqual(BOUNDS.output);
        } catch (cause) {
          expect(cause).toBeInstanceOf(TemplateError);
        }
        expect(process.memoryUsage().heapUsed - started).toBeLessThan(256 * 1024 * 1024);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes a time that grows faster than it", async () => {
    const hostile = [
      "{{",
      "{{/*",
      "{{(",
      '{{"',
      "{{`",
      "{{$x.",
      "{{1",
      "{{0_",
      "{{.a",
      "{{-  ",
      " -}}",
      "{{'",
      "{{1e",
      "  \n",
    ];
    for (const part of hostile) {
      const source = part.repeat(Math.floor(BOUNDS.source / part.length));
      expect(await processorTime(1000, () => refusal(source))).toBeLessThan(1000);
    }
  });
});
