import { axesOf, documentOf, escaped } from "../svg.ts";
import type { At } from "./fit.ts";

/**
 * Curves in log-log as an SVG, readable on white and on black. What grows as fast as its size goes up as steeply as the
 * dashed line.
 */

export interface Line {
  readonly name: string;
  readonly points: readonly At[];
}

export interface Panel {
  readonly title: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const WIDTH = 400;
const HEIGHT = 300;
const LEFT = 78;
const RIGHT = 30;
const TOP = 40;
const BOTTOM = 58;
const LEGEND = 18;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .axis, .grid { stroke: #57606a; fill: none; }
  .grid { opacity: 0.25; }
  .as-size { stroke: #57606a; stroke-dasharray: 5 4; opacity: 0.7; }
  .line { fill: none; stroke-width: 2; }
  .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; } .c3 { stroke: #8250df; }
  .c4 { stroke: #bf3989; } .c5 { stroke: #7d4e00; } .c6 { stroke: #57606a; } .c7 { stroke: #116329; }
  .c8 { stroke: #a40e26; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis, .grid, .as-size, .c6 { stroke: #9198a1; }
    .c0 { stroke: #58a6ff; } .c1 { stroke: #f0883e; } .c2 { stroke: #3fb950; } .c3 { stroke: #bc8cff; }
    .c4 { stroke: #f778ba; } .c5 { stroke: #d29922; } .c7 { stroke: #7ee787; } .c8 { stroke: #ff7b72; }
  }`;

/** Nothing is below one in log-log: none is drawn as one. */
const logOf = (value: number): number => Math.log10(Math.max(value, 1));

/** Powers of ten from the last one not above the least to the first one not below the most; two of them at least. */
export const decades = (values: readonly number[]): readonly number[] => {
  const logs = values.map(logOf);
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(Math.ceil(Math.max(...logs)), low + 1);
  return Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at));
};

/** Where a value is between the first and the last decade: 0 to 1. */
const share = (value: number, ticks: readonly number[]): number => {
  const [from, to] = [logOf(ticks[0] ?? 1), logOf(ticks.at(-1) ?? 10)];
  return (logOf(value) - from) / (to - from);
};

const panelOf = ({ title, y, lines }: Panel, x: string, offset: number): string => {
  const points = lines.flatMap((line) => line.points);
  const xs = decades(points.map(([size]) => size));
  const ys = decades(points.map(([, value]) => value));
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  const px = (size: number): number => LEFT + share(size, xs) * (right - LEFT);
  const py = (value: number): number => bottom - share(value, ys) * (bottom - TOP);
  const place = ([size, value]: At): string => `${px(size).toFixed(1)},${py(value).toFixed(1)}`;
  const most = Math.min((xs.at(-1) ?? 1) / (xs[0] ?? 1), (ys.at(-1) ?? 1) / (ys[0] ?? 1));
  const asSize: readonly At[] = [
    [xs[0] ?? 1, ys[0] ?? 1],
    [(xs[0] ?? 1) * most, (ys[0] ?? 1) * most],
  ];
  const parts = [
    ...axesOf({
      title,
      x,
      y,
      xTicks: xs,
      yTicks: ys,
      px,
      py,
      field: { left: LEFT, right, top: TOP, bottom },
      names: { below: 38, left: 12 },
    }),
    `<polyline class="as-size" points="${asSize.map(place).join(" ")}"/>`,
    ...lines.map((line, index) => `<polyline class="line c${index}" points="${line.points.map(place).join(" ")}"/>`),
  ];
  return `<g transform="translate(${offset} 0)">\n${parts.join("\n")}\n</g>`;
};

/** Panels side by side over one axis of sizes, and the names of their lines below, which are the same in each. */
export const pictureOf = (title: string, x: string, panels: readonly Panel[]): string => {
  const width = panels.length * WIDTH;
  const names = panels[0]?.lines.map(({ name }) => name) ?? [];
  const height = HEIGHT + (names.length + 1) * LEGEND + 8;
  const legend = names.map((name, index) => {
    const at = HEIGHT + index * LEGEND;
    return `<path class="line c${index}" d="M${LEFT} ${at}h22"/><text x="${LEFT + 30}" y="${at + 4}">${escaped(name)}</text>`;
  });
  const last = HEIGHT + names.length * LEGEND;
  const key = `<path class="as-size" d="M${LEFT} ${last}h22"/><text x="${LEFT + 30}" y="${last + 4}">as steep as what grows with the size</text>`;
  const body = [...panels.map((panel, index) => panelOf(panel, x, index * WIDTH)), ...legend, key].join("\n");
  return documentOf({ title, width, height, style: STYLE, body });
};
