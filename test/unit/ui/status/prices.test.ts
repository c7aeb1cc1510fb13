import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { dollarsFor, READS, SECRETS, type WayToKeep } from "../../../../ui/pages/status/prices.ts";
import { status } from "../../../../ui/texts/status.ts";

/** The numbers of the page are those of `docs/cost.md`. */

const page = readFileSync(new URL("../../../../docs/cost.md", import.meta.url), "utf8");
const section = page.split("## A month, 10,000 secrets\n")[1] ?? "";
const rows = section
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.replaceAll("*", "").trim()));
const rowOf = (start: string): readonly string[] => rows.find(([, name]) => name?.startsWith(start)) ?? [];

const MONTHS = [1e6, 1e7, 1e8, 1e9];

it.each([
  ["Zeroth", "zeroth"],
  ["AWS Secrets Manager", "manager"],
  ["SSM parameters", "parameters"],
] satisfies [string, WayToKeep][])("costs what docs/cost.md says: %s", (name, way) => {
  const shown = rowOf(name)
    .slice(2, 6)
    .map((cell) => Number(cell.replaceAll(",", "")));

  expect(shown).toHaveLength(4);
  for (const [at, reads] of MONTHS.entries())
    expect(Math.abs(dollarsFor(way, { secrets: 10_000, reads }) - (shown[at] ?? 0))).toBeLessThan(1);
});

it("takes its prices from there, to the cent", () => {
  const sumOf = (heading: string, name: string): number => {
    const lines = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0]?.split("\n") ?? [];
    const row = lines.find((line) => line.startsWith(`| **${name}**`)) ?? "";
    return Number(row.split("|").at(-2)?.replaceAll("*", ""));
  };

  expect(dollarsFor("zeroth", { secrets: 1, reads: 0 })).toBe(sumOf("Idle, a month", "sum"));
  expect(dollarsFor("zeroth", { secrets: 1, reads: 1e6 })).toBeCloseTo(
    sumOf("Idle, a month", "sum") + sumOf("A million KV reads", "with logs"),
    9,
  );
  expect(rowOf("AWS Secrets Manager")[1]).toContain("0.40 a secret, 0.05 per 10,000 calls");
  expect(dollarsFor("manager", { secrets: 1, reads: 0 })).toBe(0.4);
  expect(dollarsFor("manager", { secrets: 0, reads: 10_000 })).toBeCloseTo(0.05, 9);
  expect(rowOf("SSM parameters")[1]).toContain("0.05 per 10,000 calls");
  expect(dollarsFor("parameters", { secrets: 5, reads: 10_000 })).toBeCloseTo(0.05, 9);
});

it("has sliders that only go up, over what people have", () => {
  for (const steps of [SECRETS, READS]) expect([...steps].sort((a, b) => a - b)).toEqual([...steps]);
  expect(SECRETS).toContain(1_000);
  expect(READS).toContain(10_000_000);
});

it("writes dollars with cents where cents matter", () => {
  expect([0, 9.57, 99.994, 405, 9_000].map(status.dollars)).toEqual(["$0.00", "$9.57", "$99.99", "$405", "$9,000"]);
});
