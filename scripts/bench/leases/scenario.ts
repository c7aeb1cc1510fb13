import { createFleet, startMs, startSeconds } from "./fleet.ts";
import { Simulation } from "./simulation.ts";
import { SimulatedTable } from "./table.ts";
import { createOutside, type Target } from "./targets.ts";

/** One run of the sweepers over leases that end at given times, and what was measured. Times are simulated seconds. */

export interface Ending {
  /** Seconds after the beginning. */
  readonly at: number;
  readonly target: number;
  readonly lifetime: number;
  /** What it is measured with. */
  readonly group: string;
}

export interface Scenario {
  readonly endings: readonly Ending[];
  readonly targets: readonly Target[];
  /** What happens to targets, and when. */
  readonly turns?: readonly { readonly at: number; readonly run: (targets: readonly Target[]) => void }[];
  /** After that the run is over, whatever is left. */
  readonly longest: number;
}

export interface Lag {
  readonly leases: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export interface Outcome {
  readonly leases: number;
  readonly lags: ReadonlyMap<string, Lag>;
  /** Calls, read and write units of the sweepers, by lease. */
  readonly calls: number;
  readonly reads: number;
  readonly writes: number;
  readonly byCall: ReadonlyMap<string, number>;
  readonly hottest: { readonly writes: number; readonly partition: string };
  readonly throttled: number;
  /** Not ended at all, and ended more than once. */
  readonly left: number;
  readonly repeated: number;
  readonly irrevocable: number;
  readonly retried: number;
  /** When the last lease was ended. */
  readonly over: number;
  /** Leases that had ended and were not revoked, by the second. */
  readonly waiting: readonly number[];
  /** Bytes of the whole process, the table of the simulation included. */
  readonly memory: number;
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const lagOf = (lags: number[]): Lag => {
  const sorted = lags.sort((a, b) => a - b);
  return { leases: sorted.length, median: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) ?? 0 };
};

/** The same sequence every time. Source: Mulberry32, public domain. */
export const sequence = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

export const play = async ({ endings, targets, turns = [], longest }: Scenario): Promise<Outcome> => {
  const simulation = new Simulation(startMs);
  const table = new SimulatedTable(simulation, sequence(2));
  const outside = createOutside(simulation, targets, endings.length);
  const fleet = await simulation.outside(() => createFleet(simulation, table, outside));
  await simulation.outside(async () => {
    for (const [number, { at: end, target, lifetime }] of endings.entries()) {
      await fleet.seed({ number, target, lifetime, expires: startSeconds + end });
    }
  });
  table.loading = false;
  for (const turn of turns) simulation.at(startMs + turn.at * 1000, () => turn.run(targets));
  let memory = 0;
  const everything = new Promise<void>((resolve) => {
    const look = (): void => {
      memory = Math.max(memory, process.memoryUsage().rss);
      const passed = (simulation.exact() - startMs) / 1000;
      if (passed >= longest || outside.ended.every((times) => times > 0)) resolve();
      else simulation.at(simulation.exact() + 5000, look);
    };
    look();
  });
  const sweepers = fleet.start();
  await simulation.until(everything.then(() => sweepers.stop()));
  return measured(endings, outside, table, { events: fleet.events.map(({ kind }) => kind), memory });
};

const measured = (
  endings: readonly Ending[],
  { ended, endedMs }: { readonly ended: Uint8Array; readonly endedMs: Float64Array },
  table: SimulatedTable,
  { events, memory }: { readonly events: readonly string[]; readonly memory: number },
): Outcome => {
  const groups = new Map<string, number[]>();
  const change = new Map<number, number>();
  const add = (second: number, by: number) => change.set(second, (change.get(second) ?? 0) + by);
  let [left, repeated, over] = [0, 0, 0];
  for (const [number, { at: end, group }] of endings.entries()) {
    const times = ended[number] ?? 0;
    add(end, 1);
    if (times > 1) repeated += 1;
    if (times === 0) {
      left += 1;
      continue;
    }
    const done = ((endedMs[number] ?? 0) - startMs) / 1000;
    over = Math.max(over, done);
    add(Math.ceil(done), -1);
    const lags = groups.get(group) ?? [];
    lags.push(done - end);
    groups.set(group, lags);
  }
  const waiting: number[] = [];
  for (let second = 0, count = 0; second <= Math.ceil(over); second += 1) {
    count += change.get(second) ?? 0;
    waiting.push(count);
  }
  const leases = Math.max(1, endings.length);
  const count = (kind: string): number => events.filter((one) => one === kind).length;
  return {
    leases: endings.length,
    lags: new Map([...groups].map(([group, lags]) => [group, lagOf(lags)])),
    calls: [...table.calls.values()].reduce((sum, calls) => sum + calls, 0) / leases,
    reads: table.units.spent.reads / leases,
    writes: table.units.spent.writes / leases,
    byCall: new Map([...table.calls].map(([name, calls]) => [name, calls / leases])),
    hottest: table.units.hottest,
    throttled: table.units.throttled,
    left,
    repeated,
    irrevocable: count("lease-irrevocable"),
    retried: count("lease-retried"),
    over,
    waiting,
    memory,
  };
};
