import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { performancePage } from "../../scripts/bench/performance-page.ts";
import type { BenchRecord } from "../../scripts/bench/record.ts";
import { repository } from "./support/repository.ts";

const read = (file: string): string => readFileSync(`${repository}/${file}`, "utf8");

describe("docs/performance.md", () => {
  // What `npm run bench -- --docs` wrote.
  const record = JSON.parse(read("docs/performance.json")) as BenchRecord;

  it("shows the numbers that are kept next to it", () => {
    expect(performancePage(record)).toBe(read("docs/performance.md"));
  });

  it("names the machine, and has figures in every group", () => {
    expect(record.machine.processor).not.toBe("");
    expect(record.groups.filter(({ figures }) => figures.length === 0)).toEqual([]);
  });

  it("says yes where a figure is within its budget, and no where it is not", () => {
    const figures = record.groups.flatMap((group) => group.figures);

    expect(figures.filter(({ value, budget, ok }) => ok !== (budget === null || value <= budget))).toEqual([]);
  });
});
