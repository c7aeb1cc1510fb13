import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { ErrorCode } from "../../src/framework/index.ts";
import { statusOf } from "../../src/http/index.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../../src/std/errors.ts", import.meta.url), "utf8");

const documented = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code = "", status]) => [code, Number(status)]),
);
const declared = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code = ""]) => code);

describe("docs/errors.md", () => {
  it("lists exactly the codes of the program", () => {
    expect([...documented.keys()].sort()).toEqual([...declared].sort());
  });

  it("gives each code the status that is sent", () => {
    for (const [code, status] of documented) expect([code, statusOf(code as ErrorCode)]).toEqual([code, status]);
  });
});
