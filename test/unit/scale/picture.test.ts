import { describe, expect, it } from "@jest/globals";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decades, pictureOf } from "../../../scripts/bench/scale/picture.ts";

const svg = pictureOf("Calls & units", 'tokens "in" the <table>', [
  {
    title: "Calls",
    y: "calls",
    lines: [
      {
        name: "flat <one>",
        points: [
          [10, 3],
          [1000, 3],
        ],
      },
      {
        name: "as its size",
        points: [
          [10, 1],
          [1000, 100],
        ],
      },
    ],
  },
]);

const placesOf = (className: string): readonly (readonly number[])[] => {
  const [, points = ""] = new RegExp(`class="${className}" points="([^"]*)"`).exec(svg) ?? [];
  return points.split(" ").map((place) => place.split(",").map(Number));
};

describe("a picture", () => {
  it("is well-formed, whatever names say, and says what it shows", () => {
    expect(XMLValidator.validate(svg)).toBe(true);
    const { svg: read } = new XMLParser({ ignoreAttributes: false }).parse(svg) as { svg: Record<string, unknown> };
    expect(read["title"]).toBe("Calls & units");
    expect(svg).toContain("tokens &quot;in&quot; the &lt;table>");
    expect(svg).toContain("flat &lt;one>");
  });

  it("draws what stays the same level, and what grows as its size does along the dashed line", () => {
    const [left, right] = placesOf("line c0");
    expect(left?.[1]).toBe(right?.[1]);

    const slope = (places: readonly (readonly number[])[]): number => {
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = places;
      return (y2 - y1) / (x2 - x1);
    };
    expect(slope(placesOf("line c1"))).toBeCloseTo(slope(placesOf("as-size")), 2);
  });

  it("has colours for a light and a dark page", () => {
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
  });

  it("has an axis of whole decades, two at least", () => {
    expect(decades([10, 1000])).toEqual([10, 100, 1000]);
    expect(decades([3, 3])).toEqual([1, 10]);
    expect(decades([0])).toEqual([1, 10]);
  });
});
