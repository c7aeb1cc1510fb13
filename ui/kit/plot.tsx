import { kit } from "../texts/kit.ts";
import { Legend } from "./plot-legend.tsx";
import { apart, type Frame, frameOf, type Series } from "./plot-scale.ts";
import { Table, type TableProps } from "./table.tsx";
import { useWidth } from "./width.ts";

/** Lines over a zero line, each with its name at its end (under the plot where it is narrow), and the same as a table. */

interface PlotProps {
  readonly title: string;
  /** Four at most. */
  readonly series: readonly Series[];
  /** Of a value of the y axis. */
  readonly format: (value: number) => string;
  readonly formatX?: ((value: number) => string) | undefined;
  readonly table: TableProps;
}

const NARROW = 520;
const LABEL_GAP = 18;

const lastOf = (line: Series): number => line.points.at(-1)?.[1] ?? 0;

const Lines = ({
  series,
  frame,
  names,
}: Pick<PlotProps, "series"> & { readonly frame: Frame; readonly names: readonly string[] | undefined }) => {
  const ends = apart(
    series.map((line) => frame.y(lastOf(line))),
    LABEL_GAP,
  );
  return series.map((line, index) => (
    <g key={line.label} class={`plot-${index}`}>
      <polyline points={line.points.map(([x, y]) => `${frame.x(x)},${frame.y(y)}`).join(" ")} />
      {names && (
        <text x={frame.right + 10} y={(ends[index] ?? 0) + 4}>
          {names[index]}
        </text>
      )}
    </g>
  ));
};

export const Plot = ({ title, series, format, formatX = String, table }: PlotProps) => {
  const [ref, width] = useWidth();
  const narrow = width < NARROW;
  const frame = frameOf(series, width, narrow);
  const names = series.map((line) => `${line.label} ${format(lastOf(line))}`);
  return (
    <figure class="plot" ref={ref}>
      <figcaption>{title}</figcaption>
      <svg class="plot-lines" viewBox={`0 0 ${width} ${frame.height}`} role="img" aria-label={title}>
        <line class="plot-zero" x1={frame.left} x2={frame.right} y1={frame.y(0)} y2={frame.y(0)} />
        <text class="plot-axis" x={frame.left} y={frame.height - 6}>
          {formatX(frame.firstX)}
        </text>
        <text class="plot-axis end" x={frame.right} y={frame.height - 6}>
          {formatX(frame.lastX)}
        </text>
        <Lines series={series} frame={frame} names={narrow ? undefined : names} />
      </svg>
      {narrow && <Legend names={names} />}
      <details>
        <summary>{kit.table}</summary>
        <Table {...table} />
      </details>
    </figure>
  );
};
