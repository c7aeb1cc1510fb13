import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { withHot } from "../../scripts/bench/hot/main.ts";
import { SERIES } from "../../scripts/bench/scale/all.ts";
import { pictureFile, pictureFor, withMeasured } from "../../scripts/bench/scale/page.ts";
import type { MeasuredSeries } from "../../scripts/bench/scale/series.ts";
import { repository } from "./support/repository.ts";

/**
 * `docs/scale.md` and its pictures show the numbers that are kept next to them, and those are of what is measured now; what
 * is simulated is simulated once more.
 */

const page = readFileSync(`${repository}/docs/scale.md`, "utf8");
// What `npm run bench -- scale --docs` wrote.
const measured = JSON.parse(
  readFileSync(`${repository}/docs/scale/measured.json`, "utf8"),
) as readonly MeasuredSeries[];

describe("docs/scale.md", () => {
  it("has the table of one busy secret that the simulation makes", async () => {
    expect(await withHot(page)).toBe(page);
  });

  it("has the tables that its numbers make", () => {
    expect(withMeasured(page, measured)).toBe(page);
  });

  it.each(measured.map((series) => [series.name, series] as const))("has the picture of: %s", (_name, series) => {
    expect(readFileSync(`${repository}/docs/scale/${pictureFile(series)}`, "utf8")).toBe(pictureFor(series));
  });

  it("has no picture of anything else", () => {
    const pictures = readdirSync(`${repository}/docs/scale`).filter((file) => file.endsWith(".svg"));
    expect(pictures.sort()).toEqual(measured.map(pictureFile).sort());
  });

  it("shows every series that there is, at its sizes from the least on", () => {
    expect(measured.map(({ name }) => name)).toEqual(SERIES.map(({ name }) => name));
    for (const [index, { sizes }] of SERIES.entries()) {
      const points = measured[index]?.curves.flatMap((curve) => curve.points) ?? [];
      const shown = [...new Set(points.map(({ size }) => size))];
      expect(shown.length).toBeGreaterThan(2);
      expect(shown).toEqual(sizes.slice(0, shown.length));
    }
  });

  it("gives a reason for whatever may spend more at a greater size", () => {
    for (const { curves } of measured) {
      for (const { operation, because, points } of curves) {
        const spent = points.map(({ calls, reads, writes }) => Math.max(calls, reads, writes));
        const grown = Math.max(...spent) > 2 * (spent[0] ?? 0);
        expect({ operation, explained: !grown || because !== "" }).toEqual({ operation, explained: true });
      }
    }
  });
});
