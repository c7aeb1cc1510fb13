import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { parseTemplate, TemplateError } from "../../../src/go-template/index.ts";
import { dataOf } from "../../../src/go-template/values.ts";

/** What Go's own text/template made of the same templates; `test/vectors/go-template/record.go` recorded it. */
const recorded = z
  .object({
    data: z.unknown(),
    cases: z.array(
      z.object({ template: z.string(), output: z.string().optional(), fails: z.enum(["parse", "run"]).optional() }),
    ),
  })
  .parse(JSON.parse(readFileSync("test/vectors/go-template/recorded.json", "utf8")));

const bounds = { source: 4096, text: 4096, output: 4096, steps: 10_000, depth: 64 };
const data = dataOf(recorded.data);

const outcome = (template: string): string => {
  try {
    return `=${parseTemplate(template, { functions: {}, bounds, missing: "no value" }).render(data)}`;
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    return cause.stage;
  }
};

/** What is found when a template is read though Go finds it later or never; see the README. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "{{9223372036854775808}}": "parse",
  "{{$x = 6}}": "parse",
  "{{range $i, $v = .list}}{{end}}": "parse",
  "{{.name |}}": "parse",
};

describe("a template makes what Go makes of it", () => {
  it.each(recorded.cases.map((one) => [one.template, one] as const))("%j", (template, { output, fails }) => {
    expect(outcome(template)).toBe(OTHERWISE[template] ?? fails ?? `=${output}`);
  });
});
