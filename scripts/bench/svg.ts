/** What pictures have in common, whatever they draw. */

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A number next to an axis. */
const shown = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** Where a value lies, in pixels from the left and from the top. */
  readonly px: (value: number) => number;
  readonly py: (value: number) => number;
  /** The field between the axes, in pixels. */
  readonly field: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Pixels from the field to the name of the x axis, and from the edge to that of the y axis. */
  readonly names: { readonly below: number; readonly left: number };
}

/** A title, two axes with their ticks and names, and lines across. */
export const axesOf = ({ title, x, y, xTicks, yTicks, px, py, field, names }: Axes): readonly string[] => {
  const { left, right, top, bottom } = field;
  return [
    `<text class="title" x="${left}" y="20">${escaped(title)}</text>`,
    ...yTicks.map(
      (tick) =>
        `<path class="grid" d="M${left} ${py(tick).toFixed(1)}H${right}"/>` +
        `<text x="${left - 6}" y="${(py(tick) + 4).toFixed(1)}" text-anchor="end">${shown(tick)}</text>`,
    ),
    ...xTicks.map(
      (tick) => `<text x="${px(tick).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${shown(tick)}</text>`,
    ),
    `<path class="axis" d="M${left} ${top - 8}V${bottom}H${right}"/>`,
    `<text x="${(left + right) / 2}" y="${bottom + names.below}" text-anchor="middle">${escaped(x)}</text>`,
    `<text transform="translate(${names.left} ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
  ];
};

export interface Drawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** CSS. */
  readonly style: string;
  readonly body: string;
}

export const documentOf = ({ title, width, height, style, body }: Drawing): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>${style}
</style>
${body}
</svg>
`;
