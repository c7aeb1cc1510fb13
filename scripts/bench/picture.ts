import { axesOf, documentOf, escaped } from "./svg.ts";

/** Curves as an SVG whose lines and letters are readable on white and on black. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Panel {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Powers of ten along the x axis. */
  readonly logarithmic?: boolean;
  /** A dashed line, and what it says. */
  readonly limit?: { readonly at: number; readonly name: string };
}

const WIDTH = 380;
const HEIGHT = 300;
const LEFT = 58;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 84;
const TICKS = 4;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .axis, .grid { stroke: #57606a; fill: none; }
  .grid { opacity: 0.25; }
  .limit { stroke: #57606a; stroke-dasharray: 5 4; }
  .line { fill: none; stroke-width: 2; }
  .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; } .c3 { stroke: #8250df; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis, .grid, .limit { stroke: #9198a1; }
    .c0 { stroke: #58a6ff; } .c1 { stroke: #f0883e; } .c2 { stroke: #3fb950; } .c3 { stroke: #bc8cff; }
  }`;

/** One of 1, 2, 2.5 and 5 times a power of ten: the smallest step that reaches the top in a few. */
const stepFor = (top: number): number => {
  const power = 10 ** Math.floor(Math.log10(top / TICKS));
  return [1, 2, 2.5, 5, 10].map((one) => one * power).find((step) => step * TICKS >= top) ?? 10 * power;
};

const upTo = (top: number): readonly number[] => {
  const step = stepFor(top);
  return Array.from({ length: TICKS + 1 }, (_, index) => index * step);
};

const panelOf = ({ title, x, y, series, logarithmic, limit }: Panel, offset: number): string => {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([at]) => at);
  const xTicks = logarithmic ? [...new Set(xs)].sort((a, b) => a - b) : upTo(Math.max(...xs, 1));
  const yTicks = upTo(Math.max(...points.map(([, value]) => value), limit?.at ?? 0, 1e-9));
  const scale = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const [from, to] = [scale(xTicks[0] ?? 0), scale(xTicks.at(-1) ?? 1)];
  const top = yTicks.at(-1) ?? 1;
  const px = (value: number): number =>
    LEFT + ((scale(value) - from) / Math.max(to - from, 1e-9)) * (WIDTH - LEFT - RIGHT);
  const py = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const place = ([at, value]: readonly [number, number]): string => `${px(at).toFixed(1)},${py(value).toFixed(1)}`;
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  const parts = [
    ...axesOf({
      title,
      x,
      y,
      xTicks,
      yTicks,
      px,
      py,
      field: { left: LEFT, right, top: TOP, bottom },
      names: { below: 36, left: 14 },
    }),
    ...(limit
      ? [
          `<path class="limit" d="M${LEFT} ${py(limit.at).toFixed(1)}H${right}"/>`,
          `<text x="${right}" y="${(py(limit.at) - 5).toFixed(1)}" text-anchor="end">${escaped(limit.name)}</text>`,
        ]
      : []),
    ...series.map((one, index) => `<polyline class="line c${index}" points="${one.points.map(place).join(" ")}"/>`),
    ...series.map(({ name }, index) => {
      const at = LEFT + index * 82;
      return (
        `<path class="line c${index}" d="M${at} ${HEIGHT - 22}h18"/>` +
        `<text x="${at + 23}" y="${HEIGHT - 18}">${escaped(name)}</text>`
      );
    }),
  ];
  return `<g transform="translate(${offset} 0)">\n${parts.join("\n")}\n</g>`;
};

/** Panels side by side. */
export const pictureOf = (title: string, panels: readonly Panel[]): string => {
  const width = panels.length * WIDTH;
  const body = panels.map((panel, index) => panelOf(panel, index * WIDTH)).join("\n");
  return documentOf({ title, width, height: HEIGHT, style: STYLE, body });
};
