import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const SHEET = readFileSync("ui/styles/tokens.css", "utf8");

type Scheme = "light" | "dark";
const SCHEMES: readonly Scheme[] = ["light", "dark"];

/** The sheet's own colours, by name. */
const colours = new Map(
  [...SHEET.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name = "", light = "", dark = ""]) => [
    name,
    { light, dark },
  ]),
);

const colour = (name: string, scheme: Scheme): string => {
  const found = colours.get(name);
  if (!found) throw new Error(`no colour ${name}`);
  return found[scheme];
};

/** WCAG 2.2, relative luminance. */
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string, scheme: Scheme): number => {
  const [dark = 0, light = 0] = [one, other].map((name) => luminance(colour(name, scheme))).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

const GROUNDS = ["bg", "surface", "sunken"];
const TINTED = ["ground-warn", "ground-added", "ground-removed"];

describe("colours", () => {
  it("are the specified ones, and nothing else is a colour", () => {
    expect(Object.fromEntries([...colours].map(([name, { light, dark }]) => [name, `${light} ${dark}`]))).toEqual({
      bg: "#fafaf8 #131412",
      surface: "#ffffff #1b1d1a",
      sunken: "#f1f1ee #0e0f0d",
      line: "#deded9 #30332e",
      edge: "#85857e #7c8177",
      text: "#1b1c1a #eceee8",
      muted: "#5b5c56 #a9ada2",
      accent: "#0b6650 #63c9a8",
      "on-accent": "#ffffff #06251c",
      danger: "#b3261e #ff8f86",
      warn: "#7a5200 #e6b35a",
      info: "#2456a6 #8ab4f8",
      "ground-warn": "#fdf3dc #2c2413",
      "ground-added": "#e3f3ea #12301f",
      "ground-removed": "#fbe6e4 #3a1a18",
    });
  });

  it.each(SCHEMES)("text of every kind is read on every ground it lies on, in %s", (scheme) => {
    const low = ["text", "muted", "accent", "danger", "warn", "info"]
      .flatMap((text) => GROUNDS.map((ground) => ({ text, ground, ratio: contrast(text, ground, scheme) })))
      .concat(TINTED.map((ground) => ({ text: "text", ground, ratio: contrast("text", ground, scheme) })))
      .concat(["warn"].map((text) => ({ text, ground: "ground-warn", ratio: contrast(text, "ground-warn", scheme) })))
      .concat(
        ["danger"].map((text) => ({ text, ground: "ground-removed", ratio: contrast(text, "ground-removed", scheme) })),
      )
      .concat([{ text: "on-accent", ground: "accent", ratio: contrast("on-accent", "accent", scheme) }])
      .filter(({ ratio }) => ratio < 4.5);

    expect(low).toEqual([]);
  });

  it.each(SCHEMES)("edges of controls and the ring of focus stand out from every ground, in %s", (scheme) => {
    const low = ["edge", "accent"].flatMap((line) =>
      GROUNDS.filter((ground) => contrast(line, ground, scheme) < 3).map((ground) => `${line} on ${ground}`),
    );

    expect(low).toEqual([]);
  });

  it("have the specified ratios", () => {
    const specified = { edge: [3.7, 4.2], text: [17.1, 14.5], muted: [6.8, 7.4], accent: [6.9, 8.4] };
    for (const [name, ratios] of Object.entries(specified))
      for (const [at, scheme] of SCHEMES.entries())
        expect(Math.abs(contrast(name, "surface", scheme) - (ratios[at] ?? 0))).toBeLessThan(0.1);
    for (const name of ["danger", "warn", "info"]) {
      expect(contrast(name, "surface", "light")).toBeGreaterThan(6.45);
      expect(contrast(name, "surface", "dark")).toBeGreaterThan(7.65);
    }
    for (const ground of TINTED)
      for (const scheme of SCHEMES) expect(contrast("text", ground, scheme)).toBeGreaterThan(12.15);
  });
});
