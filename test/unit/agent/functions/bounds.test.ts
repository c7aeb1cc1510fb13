import { describe, expect, it } from "@jest/globals";
import { agentFunctions } from "../../../../src/agent/functions/index.ts";
import { TemplateError } from "../../../../src/go-template/index.ts";
import { processorTime } from "../../../support/processor-time.ts";
import { outcome, render, sourcesOf } from "./world.ts";

const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

describe("hostile arguments end in an error", () => {
  it.each([
    ["a text a million times", '{{ sprig_repeat 1000000000 "abc" }}'],
    ["a wide indentation", '{{ indent 9223372036854775807 "a\\nb" }}'],
    ["a wide indentation of sprig", '{{ sprig_indent 1000000000 "a" }}'],
    ["a doubling of doublings", `{{ $x := "aaaaaaaaaa" }}${'{{ $x = replaceAll "a" "aaaaaaaaaa" $x }}'.repeat(12)}`],
    ["a long loop", "{{ range loop 9223372036854775807 }}x{{ end }}"],
    ["many numbers", "{{ sprig_until 2000000000 }}"],
    ["a long sequence", "{{ sprig_seq 1 2000000000 }}"],
    ["many random letters", "{{ sprig_randAlphaNum 1000000000 }}"],
    ["many random bytes", "{{ sprig_randBytes 1000000000 }}"],
    ["a wide join", `{{ $l := sprig_until 100000 }}{{ sprig_join (sprig_repeat 10000 "x") $l }}`],
    ["deep JSON", `{{ parseJSON ${JSON.stringify(nested("[", "]", 100_000))} }}`],
    ["deep JSON in objects", `{{ parseJSON ${JSON.stringify(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`)} }}`],
    ["deep YAML", `{{ parseYAML ${JSON.stringify(nested("[", "]", 20_000))} }}`],
    ["a map that holds itself, as JSON", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ toJSON $d }}'],
    ["a map that holds itself, as YAML", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ toYAML $d }}'],
    ["a map that holds itself, as TOML", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ toTOML $d }}'],
    ["a map that holds itself, copied", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ sprig_deepCopy $d }}'],
    ["a map that holds itself, dumped", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ spew_sdump $d }}'],
    ["a map that holds itself, printed", '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ $d }}'],
    [
      "maps that hold themselves, merged",
      '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "x" $d }}{{ $e := sprig_dict }}{{ $_ := sprig_set $e "x" $e }}{{ mergeMap $d $e }}',
    ],
    ["an anchor in itself", '{{ parseYAML "&a [*a]" }}'],
    ["a template that calls itself", '{{ define "a" }}{{ executeTemplate "a" }}{{ end }}{{ executeTemplate "a" }}'],
    ["an expression that is too large", '{{ regexMatch "((a{100}){100}){100}" "a" }}'],
    ["much text for a large expression", '{{ regexMatch "(x+x+)+y{900}" (sprig_repeat 1000000 "x") }}'],
    ["keys in a loop", '{{ range loop 1000 }}{{ sprig_derivePassword 1 "pin" "p" "u" "s" }}{{ end }}'],
    ["a long fraction", '{{ sprig_mustToDate (printf "05.%s" (sprig_repeat 900000 "0")) "05.0" }}'],
    ["a long constraint", '{{ sprig_semverCompare (sprig_repeat 10000 ">1 ") "1.0.0" }}'],
  ])("%s", async (_, template) => {
    await expect(render(template, {})).rejects.toBeInstanceOf(TemplateError);
  });

  it("aliases within aliases cost no more than they are written with, until they are printed", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let at = 1; at < 12; at += 1)
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(", ")}]`,
      );
    const bomb = JSON.stringify(lines.join("\n"));
    expect(await render(`{{ $b := parseYAML ${bomb} }}{{ len $b.a11 }}`, {})).toBe("10");
    expect(await outcome(`{{ parseYAML ${bomb} | toYAML }}`, {})).toBeNull();
    expect(await outcome(`{{ parseYAML ${bomb} }}`, {})).toBeNull();
  });

  it("expressions that would go back again and again elsewhere are matched at once", async () => {
    expect(await render('{{ regexMatch "^(a+)+$" (printf "%s!" (sprig_repeat 50000 "a")) }}', {})).toBe("false");
    expect(await render('{{ regexMatch "(a|a)*b" (sprig_repeat 20000 "a") }}', {})).toBe("false");
  });

  it.each([
    ["a float of many digits", '{{ parseFloat (printf "%sx" (sprig_repeat 90000 "1")) }}'],
    ["a float of many digits and signs", '{{ parseFloat (printf "1%sx" (sprig_repeat 40000 "_1")) }}'],
    ["a float longer than any", '{{ parseFloat (sprig_repeat 2000000 "1") }}'],
    ["a URL of colons", '{{ sprig_urlParse (printf "http://%s\u2028" (sprig_repeat 300000 ":")) }}'],
  ])("%s is refused at once", async (_, template) => {
    const took = await processorTime(1000, () => expect(render(template, {})).rejects.toBeInstanceOf(TemplateError));
    expect(took).toBeLessThan(1000);
  });

  it("a long string within JSON is read", () => {
    const { parseJSON } = agentFunctions(sourcesOf({}), { denylist: [], libraries: {} });
    const room = { text: () => {}, step: () => {}, execute: () => "" };
    const text = "a".repeat(20_000_000);
    expect(parseJSON?.run([`["${text}"]`], room)).toEqual([text]);
  });

  it("names of JavaScript's own members are keys like others", async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
    for (const key of keys) {
      const json = JSON.stringify(`{"${key}":{"polluted":1}}`);
      expect(await render(`{{ $d := parseJSON ${json} }}{{ $d | toJSON }}`, {})).toBe(`{"${key}":{"polluted":1}}`);
      expect(await render(`{{ parseYAML ${json} | toYAML }}`, {})).toBe(`${key}:\n  polluted: 1`);
      expect(await render(`{{ sprig_merge (sprig_dict) (parseJSON ${json}) | toTOML }}`, {})).toBe(
        `[${key}]\n  polluted = 1.0`,
      );
      expect(await render(`{{ scratch.MapSet "${key}" "${key}" 1 }}{{ scratch.Get "${key}" }}`, {})).toBe(
        `map[${key}:1]`,
      );
      expect(await render(`{{ (sprig_dict)."x" | printf "%v" }}`.replace('."x"', ""), {})).toBe("map[]");
      expect(await render(`{{ index (parseJSON "{}") "${key}" }}`, {})).toBe("<no value>");
      expect(await render(`{{ index (splitToMap "," "=" "${key}=1") "${key}" }}`, {})).toBe("1");
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("a key of a secret called __proto__ is data", async () => {
    const data = JSON.parse('{"__proto__":{"x":"y"},"a":"b"}') as Readonly<Record<string, unknown>>;
    const world = { secrets: { c: { data } } };
    expect(await render('{{ range $k, $v := (secret "c").Data }}{{ $k }} {{ end }}', world)).toBe("__proto__ a ");
  });
});
