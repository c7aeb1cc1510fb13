import { kit } from "../texts/kit.ts";

/** Lines over a zero line, each with its name at its end, and the same numbers as a table. */

interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface PlotProps {
  readonly title: string;
  /** Four at most. */
  readonly series: readonly Series[];
  /** Of a value of the y axis. */
  readonly format: (value: number) => string;
  readonly formatX?: ((value: number) => string) | undefined;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

const [WIDTH, HEIGHT] = [640, 240];
const EDGE = { left: 8, right: 168, top: 16, bottom: 24 };
const LABEL_GAP = 18;

/** Labels at the ends of lines, moved apart so that none covers another. */
export const apart = (wanted: readonly number[], gap: number): readonly number[] => {
  const placed: number[] = wanted.map(() => 0);
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of wanted.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y)) {
    last = Math.max(y, last + gap);
    placed[index] = last;
  }
  return placed;
};

const rangeOf = (values: readonly number[]): readonly [low: number, high: number] => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low, low + 1] : [low, high];
};

export const Plot = ({ title, series, format, formatX = String, table }: PlotProps) => {
  const points = series.flatMap((line) => line.points);
  const [firstX, lastX] = rangeOf(points.map(([x]) => x));
  const [lowest, highest] = rangeOf([0, ...points.map(([, y]) => y)]);
  const toX = (x: number): number => EDGE.left + ((x - firstX) / (lastX - firstX)) * (WIDTH - EDGE.left - EDGE.right);
  const toY = (y: number): number =>
    HEIGHT - EDGE.bottom - ((y - lowest) / (highest - lowest)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const ends = apart(
    series.map((line) => toY(line.points.at(-1)?.[1] ?? 0)),
    LABEL_GAP,
  );
  const right = WIDTH - EDGE.right;
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        <line class="plot-zero" x1={EDGE.left} x2={right} y1={toY(0)} y2={toY(0)} />
        <text class="plot-axis" x={EDGE.left} y={HEIGHT - 6}>
          {formatX(firstX)}
        </text>
        <text class="plot-axis end" x={right} y={HEIGHT - 6}>
          {formatX(lastX)}
        </text>
        {series.map((line, index) => (
          <g key={line.label} class={`plot-${index}`}>
            <polyline points={line.points.map(([x, y]) => `${toX(x)},${toY(y)}`).join(" ")} />
            <text x={right + 10} y={(ends[index] ?? 0) + 4}>
              {line.label} {format(line.points.at(-1)?.[1] ?? 0)}
            </text>
          </g>
        ))}
      </svg>
      <PlotTable {...table} />
    </figure>
  );
};

const PlotTable = ({ head, rows }: PlotProps["table"]) => (
  <details>
    <summary>{kit.table}</summary>
    <table>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
