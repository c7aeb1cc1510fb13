import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** What became of the requests of one step, as histograms: a million of them take no more memory than ten. */

/** `dropped`: never sent, because too many were under way. `lost`: no answer came. Else the status. */
export type Outcome = "dropped" | "lost" | number;

export interface Latencies {
  readonly count: number;
  /** Milliseconds at each percentile that was asked for, and the longest. */
  readonly at: ReadonlyMap<number, number>;
  readonly longest: number;
}

export interface Second {
  /** Since the step began. */
  readonly second: number;
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

export interface Recorder {
  /** `due` and `now`: milliseconds since the step began. */
  record(operation: string, outcome: Outcome, due: number, now: number): void;
  /** Of answers that did not fail. */
  latencies(percentiles: readonly number[], operation?: string): Latencies;
  /** How often each outcome came. */
  outcomes(): ReadonlyMap<Outcome, number>;
  operations(): readonly string[];
  /** By the second in which a request was due. */
  seconds(): readonly Second[];
}

export const isFailure = (outcome: Outcome): boolean => typeof outcome !== "number" || outcome >= 400;

interface Bucket {
  readonly histogram: RecordableHistogram;
  answered: number;
  failed: number;
}

const newBucket = (): Bucket => ({ histogram: createHistogram(), answered: 0, failed: 0 });

/** The entry of a key, made when it is first asked for. */
const entryOf = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** Histograms count whole microseconds. */
const milliseconds = (microseconds: number): number => microseconds / 1000;

export const createRecorder = (): Recorder => {
  const whole = newBucket();
  const byOperation = new Map<string, Bucket>();
  const bySecond = new Map<number, Bucket>();
  const outcomes = new Map<Outcome, number>();

  return {
    record: (operation, outcome, due, now) => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const buckets = [
        whole,
        entryOf(byOperation, operation, newBucket),
        entryOf(bySecond, Math.floor(due / 1000), newBucket),
      ];
      for (const bucket of buckets) {
        if (isFailure(outcome)) bucket.failed += 1;
        else {
          bucket.answered += 1;
          bucket.histogram.record(Math.max(1, Math.round((now - due) * 1000)));
        }
      }
    },
    latencies: (percentiles, operation) => {
      const { histogram, answered } = (operation === undefined ? whole : byOperation.get(operation)) ?? newBucket();
      return {
        count: answered,
        at: new Map(percentiles.map((percentile) => [percentile, milliseconds(histogram.percentile(percentile))])),
        longest: answered === 0 ? 0 : milliseconds(histogram.max),
      };
    },
    outcomes: () => outcomes,
    operations: () => [...byOperation.keys()],
    seconds: () =>
      [...bySecond.entries()]
        .sort(([a], [b]) => a - b)
        .map(([second, { histogram, answered, failed }]) => ({
          second,
          answered,
          failed,
          p50: answered === 0 ? 0 : milliseconds(histogram.percentile(50)),
          p99: answered === 0 ? 0 : milliseconds(histogram.percentile(99)),
          longest: answered === 0 ? 0 : milliseconds(histogram.max),
        })),
  };
};
