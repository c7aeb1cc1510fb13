import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { ErrorCode } from "../../src/framework/index.ts";
import { statusOf } from "../../src/http/failure.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../../src/std/errors.ts", import.meta.url), "utf8");

const documented = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code = "", status]) => [code, Number(status)]),
);
const declared = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code = ""]) => code);

const sourcesBelow = (folder: URL): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return sourcesBelow(new URL(`${entry.name}/`, folder));
    return entry.name.endsWith(".ts") ? [readFileSync(new URL(entry.name, folder), "utf8")] : [];
  });

describe("a failure of the program's own", () => {
  it("I11: has no text, so that nothing a caller does is answered with one", () => {
    const made = sourcesBelow(new URL("../../src/", import.meta.url)).flatMap((text) => [
      ...text.matchAll(/new VaultError\("internal"(?:[^;]|\n)*?;/g),
    ]);
    expect(made.length).toBeGreaterThan(3);
    expect(made.map(([text]) => text).filter((text) => /\bwire\b(?!: "internal error")/.test(text))).toEqual([]);
  });
});

describe("docs/errors.md", () => {
  it("lists exactly the codes of the program", () => {
    expect([...documented.keys()].sort()).toEqual([...declared].sort());
  });

  it("gives each code the status that is sent", () => {
    for (const [code, status] of documented) expect([code, statusOf(code as ErrorCode)]).toEqual([code, status]);
  });
});
