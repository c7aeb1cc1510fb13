import { describe, expect, it } from "@jest/globals";
import {
  ANY,
  bytesOfText,
  dataOf,
  duration,
  func0,
  func1,
  func2,
  jsonNumber,
  parseTemplate,
  STRING,
  TemplateError,
  type TemplateOptions,
  textOfBytes,
  unrunnable,
  type Value,
} from "../../../src/go-template/index.ts";
import { parseJson } from "../../../src/std/json.ts";

/** What a host hands to templates, and gets from them. */

const bounds = { source: 100_000, text: 1_000_000, output: 1_000_000, steps: 1_000_000, depth: 500 };

const render = (source: string, data: Value, options: Partial<TemplateOptions> = {}): string =>
  parseTemplate(source, { name: "t", functions: {}, bounds, missing: "no value", ...options }).render(data);

const failure = (source: string, data: Value, options?: Partial<TemplateOptions>): string => {
  try {
    return `made ${render(source, data, options)}`;
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    return cause.message;
  }
};

describe("a function of the host", () => {
  const execute = func2(STRING, ANY, (name, dot, room) => room.execute(name, dot));

  it("runs a template that the text defines, whose output it gets", () => {
    const source = `{{define "a"}}<{{.}}>{{end}}{{ execute "a" .name | printf "%q" }}{{ .name }}`;
    expect(render(source, dataOf({ name: "x" }), { functions: { execute } })).toBe(`"<x>"x`);
  });

  it("is told where the template that it ran failed", () => {
    const source = `{{define "a"}}{{ .x.y }}{{end}}{{ execute "a" .name }}`;
    expect(failure(source, dataOf({ name: "x" }), { functions: { execute } })).toBe(
      'template: t:1:34: executing "t" at <execute "a" .name>: error calling execute: template: t:1:19: executing "a" at <.x.y>: can\'t evaluate field x in type string',
    );
  });

  it("cannot run a template that nobody defined", () => {
    expect(failure('{{ execute "b" . }}', undefined, { functions: { execute } })).toContain(
      'error calling execute: template: no template of that name associated with template "t"',
    );
  });

  it("cannot run a template that runs itself without end", () => {
    const source = `{{define "a"}}{{ execute "a" . }}{{end}}{{ execute "a" . }}`;
    expect(failure(source, undefined, { functions: { execute } })).toContain("exceeded maximum template depth (64)");
  });

  it("may be another one for each run", () => {
    const template = parseTemplate("{{ f }}", { functions: { f: func0(() => "a") }, bounds, missing: "no value" });
    expect([template.render(undefined), template.render(undefined, { f: func0(() => "b") })]).toEqual(["a", "b"]);
  });

  it("that fails for another reason fails as it is", () => {
    const broken = func0(() => {
      throw new RangeError("a fault");
    });
    expect(() => render("{{ broken }}", undefined, { functions: { broken } })).toThrow(RangeError);
  });

  it("goes before Go's own of the same name", () => {
    expect(render("{{ len 1 }}", undefined, { functions: { len: func1(ANY, () => "mine") } })).toBe("mine");
  });
});

describe("bytes that are not text", () => {
  const bytes = Buffer.from("00ff80c3a9c328f09f9880e28288edA080", "hex");

  it("come out as they went in, as a string or as bytes", () => {
    const text = textOfBytes(bytes);
    expect(bytesOfText(text).equals(bytes)).toBe(true);
    expect(bytesOfText(render('{{ . }}{{ printf "%s" . }}', text)).equals(Buffer.concat([bytes, bytes]))).toBe(true);
    expect(bytesOfText(render('{{ printf "%s" . }}', bytes)).equals(bytes)).toBe(true);
  });

  it("cannot be smuggled in by JSON", () => {
    expect(render("{{ .a }}", dataOf(JSON.parse('{"a":"\\udcff"}')))).toBe("\ufffd");
  });
});

describe("data of JSON", () => {
  const json = parseJson('{"a":1.0,"b":12345678901234567890,"c":1e6,"d":1000000,"e":-0}');

  it("keeps numbers as the text they were, where a secret is decoded", () => {
    expect(render("{{.a}} {{.b}} {{.c}} {{.d}} {{.e}} {{.d.Int64}} {{.c.Float64}}", dataOf(json, jsonNumber))).toBe(
      "1.0 12345678901234567890 1e6 1000000 -0 1000000 1e+06",
    );
  });

  it("has floats only, where Go decodes it by itself", () => {
    expect(render("{{.a}} {{.b}} {{.c}} {{.d}}", dataOf(json, Number))).toBe("1 1.2345678901234567e+19 1e+06 1e+06");
  });
});

describe("a duration", () => {
  it.each([
    [0n, "0s"],
    [1n, "1ns"],
    [1_500n, "1.5µs"],
    [2_000_000n, "2ms"],
    [999_999_999n, "999.999999ms"],
    [1_000_000_000n, "1s"],
    [90_000_000_000n, "1m30s"],
    [3_600_000_000_000n, "1h0m0s"],
    [-5_400_500_000_000n, "-1h30m0.5s"],
  ])("of %d nanoseconds prints as Go prints it", (nanoseconds, text) => {
    expect(render("{{ . }}", duration(nanoseconds))).toBe(text);
  });
});

describe("nesting up to a bound of 500 does not end the process's stack", () => {
  const deep = (count: number, open: string, inner: string, close: string): string =>
    open.repeat(count) + inner + close.repeat(count);

  it.each([
    ["parentheses", `{{ ${deep(499, "(", ".", ")")} }}`],
    ["blocks", deep(490, "{{if 1}}", "{{ . }}", "{{end}}")],
    ["functions of functions", `{{ ${deep(499, "print (", ".", ")")} }}`],
    [
      "templates",
      '{{define "a"}}{{if gt . 0}}{{template "b" .}}{{end}}{{end}}{{define "b"}}{{.}}{{end}}{{template "a" 7}}',
    ],
  ])("of %s", (_, source) => {
    expect(render(source, 7n)).toBe("7");
  });
});

/** Values that must not be in any message: a secret in each place that Go's own errors quote. */
const CANARY = "canary-8ba7c1";
const secrets = (): Value =>
  dataOf({
    text: CANARY,
    list: [CANARY],
    map: { [CANARY]: CANARY, key: CANARY },
    nested: [{ a: [CANARY] }],
    number: 8271645,
    float: 82716.45,
  });
const fails = func1(ANY, () => unrunnable("it cannot"));
const one = func1(STRING, (text) => text);

describe("V67: an error never shows a value", () => {
  it.each([
    "{{range .text}}{{end}}",
    "{{range .float}}{{end}}",
    "{{range $i, $j := .number}}{{end}}",
    "{{eq .list .map}}",
    "{{eq .list .list}}",
    "{{eq .text 1}}",
    "{{eq .nested .nested}}",
    "{{lt .text .number}}",
    "{{lt .list .map}}",
    "{{index .list .number}}",
    "{{index .list .text}}",
    "{{index .map .number}}",
    "{{index .text .number}}",
    "{{index .number .text}}",
    "{{index .map .list}}",
    "{{slice .text .number}}",
    "{{.number | slice .text}}",
    "{{.number | slice .list 0}}",
    "{{slice .list 1 0}}",
    "{{len .number}}",
    "{{call .text}}",
    "{{.text | call}}",
    "{{call .map}}",
    "{{.text.x}}",
    "{{.list.x}}",
    "{{.text | .map}}",
    "{{.text 1}}",
    "{{$x := .text}}{{$x.y}}",
    "{{.text | 1}}",
    "{{one .number}}",
    "{{one .list}}",
    "{{.map | one}}",
    "{{fails .text}}",
    "{{.text | fails}}",
    "{{fails .text | one}}",
    "{{printf .list}}",
    "{{printf .number}}",
    "{{template .text}}",
    '{{template "none" .text}}',
    "{{execute .text}}",
    "{{with .text}}{{.x}}{{end}}",
    '{{range .nested}}{{range .a}}{{template "x" .}}{{end}}{{end}}{{define "x"}}{{.y}}{{end}}',
    '{{printf "%999999d%999999d" 1 .number}}',
    "{{.text | html | index .list}}",
    "{{(index .list 0).x}}",
    "{{(print .text).x}}",
    "{{.map.none.x}}",
    "{{index .map .text .text}}",
  ])("%s", (source) => {
    const execute = func1(STRING, (name, room) => room.execute(name, undefined));
    const message = failure(source, secrets(), { functions: { one, fails, execute }, missing: "error" });
    expect(message).toMatch(/^template: t:1/);
    expect(message).not.toMatch(/canary|8271645|82716\.45/);
  });
});
