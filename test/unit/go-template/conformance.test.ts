import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { bytesOfText, parseTemplate, TemplateError } from "../../../src/go-template/index.ts";
import { data, functions } from "./support/data.ts";

/** What Go's own text/template made of the same templates; `test/vectors/go-template/record.go` recorded it. */
const recorded = z
  .record(
    z.string(),
    z.array(
      z.union([
        z.tuple([z.string(), z.string()]),
        z.tuple([z.string(), z.null(), z.string()]),
        z.tuple([z.string(), z.null(), z.null(), z.string()]),
      ]),
    ),
  )
  .parse(JSON.parse(readFileSync("test/vectors/go-template/recorded.json", "utf8")));

const bounds = { source: 10_000, text: 100_000, output: 100_000, steps: 100_000, depth: 64 };
const MODES: Readonly<Record<string, Partial<Parameters<typeof parseTemplate>[1]>>> = {
  strict: { missing: "error" },
  zero: { missing: "zero" },
  angled: { delimiters: { left: "<<", right: ">>" } },
  square: { delimiters: { left: "[", right: "]" } },
};

/** `base64` of what a template makes, or its error. */
const outcome = (group: string, source: string): string => {
  const mode = MODES[group.split(" ")[0] ?? ""];
  try {
    const made = parseTemplate(source, { name: "t", functions, bounds, missing: "no value", ...mode }).render(data());
    return `made: ${bytesOfText(made).toString("base64")}`;
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    return `error: ${cause.message}`;
  }
};

/** Go's errors without the values that some of them show (V67), and without the results of functions' types. */
const ours = (error: string): string =>
  error
    .replace(/(range can't iterate over ).*/s, "$1")
    .replace(/(can't use ).*( to iterate over more than one variable)/s, "$1$2")
    .replace(/(non-comparable types? ).*/s, "$1")
    .replace(/(index out of range): -?\d+/, "$1")
    .replace(/(invalid slice index): \d+ > \d+/, "$1")
    .replace(/(func\([^)]*\)) \w+$/, "$1")
    .replace(/non-function .* of type/s, "non-function of type");

const readable = (outcome: string): string =>
  outcome.startsWith("made: ")
    ? `made: ${JSON.stringify(Buffer.from(outcome.slice(6), "base64").toString())}`
    : ours(outcome);

describe.each(Object.keys(recorded))("templates of the group %s", (group) => {
  it("make what Go makes of them", () => {
    const differing = (recorded[group] ?? []).flatMap(([source, made, error, bytes]) => {
      const expected =
        typeof error === "string" ? `error: ${error}` : `made: ${bytes ?? Buffer.from(made ?? "").toString("base64")}`;
      const found = outcome(group, source);
      if (found === expected || readable(found) === ours(expected)) return [];
      return [{ source, go: readable(expected), here: readable(found) }];
    });
    expect(differing).toEqual([]);
  });
});
