import { aligned } from "../bench/figures.ts";
import { type Panel, pictureOf } from "../bench/picture.ts";
import type { Latencies, Outcome, Recorder } from "./recorder.ts";

/** A load as people and programs read it: lines, JSON, a picture. */

export interface Step {
  /** Requests a second that were asked for. */
  readonly rate: number;
  readonly seconds: number;
  readonly recorder: Recorder;
}

const PERCENTILES = [50, 90, 99, 99.9] as const;

const ms = (value: number): string => (value === 0 ? "" : value < 100 ? value.toFixed(1) : value.toFixed(0));

const outcomeText = (outcomes: ReadonlyMap<Outcome, number>): string =>
  [...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(", ");

const latencyCells = ({ at, longest }: Latencies): readonly string[] => [
  ...PERCENTILES.map((percentile) => ms(at.get(percentile) ?? 0)),
  ms(longest),
];

/** One line for each step, and one for each kind of request in it. */
export const linesOf = (steps: readonly Step[]): string => {
  const rows = steps.flatMap(({ rate, seconds, recorder }) => {
    const row = (name: string, latencies: Latencies, outcomes: string): readonly string[] => [
      name,
      (latencies.count / seconds).toFixed(1),
      ...latencyCells(latencies),
      outcomes,
    ];
    const kinds = recorder.operations();
    return [
      row(`${rate} a second`, recorder.latencies(PERCENTILES), outcomeText(recorder.outcomes())),
      ...(kinds.length < 2 ? [] : kinds.map((kind) => row(`  ${kind}`, recorder.latencies(PERCENTILES, kind), ""))),
    ];
  });
  const heading = ["", "answered/s", ...PERCENTILES.map((one) => `p${one} ms`), "longest", "outcomes"];
  return aligned([heading, ...rows], (column) => column > 0 && column < heading.length - 1);
};

/** For programs: milliseconds, by step. */
export const jsonOf = (address: string, steps: readonly Step[]): object => ({
  address,
  steps: steps.map(({ rate, seconds, recorder }) => {
    const latencies = ({ count, at, longest }: Latencies) => ({
      answered: count,
      ...Object.fromEntries([...at].map(([percentile, value]) => [`p${percentile}`, value])),
      longest,
    });
    return {
      rate,
      seconds,
      outcomes: Object.fromEntries(recorder.outcomes()),
      all: latencies(recorder.latencies(PERCENTILES)),
      kinds: Object.fromEntries(
        recorder.operations().map((kind) => [kind, latencies(recorder.latencies(PERCENTILES, kind))]),
      ),
      bySecond: recorder.seconds(),
    };
  }),
});

/** The seconds of all steps, one after another. */
const timeline = (steps: readonly Step[]) => {
  let before = 0;
  return steps.flatMap(({ seconds, recorder }) => {
    const from = before;
    before += seconds;
    return recorder.seconds().map((second) => ({ ...second, at: from + second.second }));
  });
};

/** One request in how many is slower than a percentile: for 99 one in 100. */
const oneIn = (percentile: number): number => Math.round(100 / (100 - percentile));

export const drawingOf = (steps: readonly Step[]): string => {
  const seconds = timeline(steps);
  const latency: Panel = {
    title: "Latency, by the second a request was due",
    x: "seconds",
    y: "milliseconds",
    series: [
      { name: "half", points: seconds.map(({ at, p50 }) => [at, p50]) },
      { name: "99 %", points: seconds.map(({ at, p99 }) => [at, p99]) },
      { name: "longest", points: seconds.map(({ at, longest }) => [at, longest]) },
    ],
  };
  const requests: Panel = {
    title: "Requests a second",
    x: "seconds",
    y: "requests",
    series: [
      { name: "answered", points: seconds.map(({ at, answered }) => [at, answered]) },
      { name: "failed", points: seconds.map(({ at, failed }) => [at, failed]) },
    ],
  };
  const shape: Panel = {
    title: "One request in so many is slower",
    x: "one in",
    y: "milliseconds",
    logarithmic: true,
    series: steps.slice(-4).map(({ rate, recorder }) => ({
      name: `${rate} a s`,
      points: [...recorder.latencies(PERCENTILES).at].map(([percentile, value]) => [oneIn(percentile), value]),
    })),
  };
  return pictureOf("A load and how it was answered", [latency, requests, shape]);
};
