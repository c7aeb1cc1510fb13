import { kit } from "../texts/kit.ts";
import { apart, rangeOf } from "./plot-scale.ts";
import { Table, type TableProps } from "./table.tsx";

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
  readonly table: TableProps;
}

const [WIDTH, HEIGHT] = [640, 240];
const EDGE = { left: 8, right: 168, top: 16, bottom: 24 };
const LABEL_GAP = 18;

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
      <details>
        <summary>{kit.table}</summary>
        <Table {...table} />
      </details>
    </figure>
  );
};
