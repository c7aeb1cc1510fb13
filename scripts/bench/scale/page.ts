import { withMarked } from "../marked.ts";
import { type At, fitOf, type Growth } from "./fit.ts";
import { type Panel, pictureOf } from "./picture.ts";
import type { Curve, MeasuredSeries, Point } from "./series.ts";

/** What `docs/scale.md` shows of the measurements: tables and pictures, from the numbers as they are kept. Pure. */

const BEGIN = "<!-- measured: npm run bench -- scale --docs -->";
const END = "<!-- measured -->";

/** Of timed values, by how much their slope may be off. */
const TIMED = 0.08;
/** On a machine that does other things too, a single value is off by so much. */
const NOISE = 0.5;

type Of = (point: Point) => number;
const calls: Of = (point) => point.calls;
const rounds: Of = (point) => point.rounds;
const units: Of = ({ reads, writes }) => reads + writes;
const micros: Of = (point) => point.microseconds;

const along = (curve: Curve, of: Of): readonly At[] => curve.points.map((point) => [point.size, of(point)]);

const RANK: readonly Growth[] = ["flat", "logarithmic", "grows"];

/** The worse of what is exact: calls and units. */
export const growthOf = (curve: Curve): Growth => {
  const found = [calls, (point: Point) => point.reads, (point: Point) => point.writes].map((of) =>
    RANK.indexOf(fitOf(along(curve, of), 0).growth),
  );
  return RANK[Math.max(...found)] ?? "flat";
};

const rounded = (value: number): string => {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 1);
  return (Math.round(value / scale) * scale).toLocaleString("en-US");
};

const between = (curve: Curve, of: Of, show: (value: number) => string): string => {
  const [first, last] = [curve.points[0], curve.points.at(-1)];
  if (!first || !last) return "";
  const [from, to] = [show(of(first)), show(of(last))];
  return from === to ? from : `${from} to ${to}`;
};

const plain = (value: number): string => value.toLocaleString("en-US");
const microseconds = (value: number): string => `${rounded(value)} µs`;

/** The greatest size that was measured. */
const greatestOf = (points: readonly Point[]): number => Math.max(...points.map(({ size }) => size));

/** `most`: of the series; an operation that was not measured that far says so. */
const row = (curve: Curve, most: number): string => {
  const processor = fitOf(along(curve, micros), TIMED, NOISE);
  const reached = greatestOf(curve.points);
  const cells = [
    reached < most ? `${curve.operation} (to ${plain(reached)})` : curve.operation,
    between(curve, calls, plain),
    between(curve, rounds, plain),
    between(curve, (point) => point.reads, plain),
    between(curve, (point) => point.writes, plain),
    growthOf(curve),
    between(curve, micros, microseconds),
    `${processor.growth} (${processor.slope.toFixed(2)})`,
  ];
  return `| ${cells.join(" | ")} |`;
};

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]+/g, "-");

export const pictureFile = ({ name }: MeasuredSeries): string => `${slug(name)}.svg`;

const panel = (title: string, y: string, curves: readonly Curve[], of: Of): Panel => ({
  title,
  y,
  lines: curves.map((curve) => ({ name: curve.operation, points: along(curve, of) })),
});

export const pictureFor = ({ name, grows, curves }: MeasuredSeries): string =>
  pictureOf(`${name}: calls, units and processor time`, grows, [
    panel("Calls", "calls", curves, calls),
    panel("Read and write units", "units", curves, units),
    panel("Processor time", "microseconds", curves, micros),
  ]);

const sizesOf = ({ curves }: MeasuredSeries): string => {
  const sizes = curves.flatMap(({ points }) => points.map(({ size }) => size));
  return `${plain(Math.min(...sizes))} to ${plain(Math.max(...sizes))}`;
};

const reasons = ({ curves }: MeasuredSeries): readonly string[] => {
  const given = new Map<string, string[]>();
  for (const { operation, because } of curves) {
    if (because !== "") given.set(because, [...(given.get(because) ?? []), operation]);
  }
  return [...given].map(([because, operations]) => `- ${operations.join("; ")}: ${because}`);
};

const section = (series: MeasuredSeries): string => {
  const why = reasons(series);
  const most = greatestOf(series.curves.flatMap(({ points }) => points));
  return [
    `### ${series.name}`,
    "",
    `${sizesOf(series)} ${series.grows}. Measured on ${series.on}.`,
    "",
    `![${series.name}: calls, units and processor time by ${series.grows}](scale/${pictureFile(series)})`,
    "",
    "| operation | calls | rounds | read units | write units | calls and units | processor | its growth |",
    "|---|---|---|---|---|---|---|---|",
    ...series.curves.map((curve) => row(curve, most)),
    ...(why.length > 0 ? ["", ...why] : []),
  ].join("\n");
};

/** A series measured once more among the others, which stay as they were, each with its day. */
export const merged = (
  before: readonly MeasuredSeries[],
  now: MeasuredSeries,
  order: readonly string[],
): readonly MeasuredSeries[] => {
  const found = new Map([...before, now].map((series) => [series.name, series]));
  return order.flatMap((name) => found.get(name) ?? []);
};

/** The page with other measurements. Throws where it has no place for them. */
export const withMeasured = (page: string, all: readonly MeasuredSeries[]): string => {
  return withMarked(page, BEGIN, END, all.map(section).join("\n\n"));
};
