/** Where the lines and labels of a plot are. */

export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Frame {
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly firstX: number;
  readonly lastX: number;
  x(value: number): number;
  y(value: number): number;
}

const HEIGHT = 240;
const EDGE = { left: 2, top: 12, bottom: 26 };
const LABELS = 196;

/** Lowest and highest; never the same. */
const rangeOf = (values: readonly number[]): readonly [low: number, high: number] => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [Number.isFinite(low) ? low : 0, (Number.isFinite(low) ? low : 0) + 1];
};

/** In pixels. `narrow`: without room for labels at the right. */
export const frameOf = (series: readonly Series[], width: number, narrow: boolean): Frame => {
  const points = series.flatMap((line) => line.points);
  const [firstX, lastX] = rangeOf(points.map(([x]) => x));
  const [lowest, highest] = rangeOf([0, ...points.map(([, y]) => y)]);
  const right = width - (narrow ? EDGE.left : LABELS);
  return {
    height: HEIGHT,
    left: EDGE.left,
    right,
    firstX,
    lastX,
    x: (value) => EDGE.left + ((value - firstX) / (lastX - firstX)) * (right - EDGE.left),
    y: (value) => HEIGHT - EDGE.bottom - ((value - lowest) / (highest - lowest)) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
};

/** Labels at the ends of lines, moved down so that none covers another. */
export const apart = (wanted: readonly number[], gap: number): readonly number[] => {
  const placed: number[] = wanted.map(() => 0);
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of wanted.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y)) {
    last = Math.max(y, last + gap);
    placed[index] = last;
  }
  return placed;
};
