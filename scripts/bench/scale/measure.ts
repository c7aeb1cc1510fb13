import { median } from "../samples.ts";
import type { Budget, Curve, MeasuredSeries, Operation, Point, Series } from "./series.ts";
import { createWorld, type World } from "./world.ts";

/** Plays a series: fills a world to each of its sizes in turn and measures every operation there. */

/** Runs before the one that is counted: the same environment served such a request before. */
const WARM_UP = 3;
/** Samples of processor time, of several short runs each, and how long one of them should take. */
const SAMPLES = 7;
const SAMPLE_US = 20_000;
/** Of long runs: three, so that a disturbed one is left out, unless one alone takes more than twenty seconds. */
const FEW_SAMPLES = 3;
const LONG_US = 400_000;
const ENDLESS_US = 20_000_000;

export interface Over {
  readonly series: string;
  readonly operation: string;
  readonly size: number;
  readonly spent: ReturnType<Budget>;
  readonly budget: ReturnType<Budget>;
  /** The calls by name, and how many of each. */
  readonly made: string;
}

const tallied = (made: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const one of made) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
};

const timesOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const processorOf = async ({ run, prepare, once }: Operation, size: number, first: number): Promise<number> => {
  const samples = once || first > ENDLESS_US ? 0 : first > LONG_US ? FEW_SAMPLES - 1 : SAMPLES;
  const each = Math.max(1, Math.min(200, Math.floor(SAMPLE_US / Math.max(first, 1))));
  const taken: number[] = first > LONG_US || samples === 0 ? [first] : [];
  for (let sample = 0; sample < samples; sample += 1) {
    const prepared: string[] = [];
    for (let at = 0; at < each; at += 1) prepared.push((await prepare?.(size)) ?? "");
    const sum = await timesOf(async () => {
      for (const one of prepared) await run(one, size);
    });
    taken.push(sum / each);
  }
  return median(taken);
};

const exceeds = (spent: ReturnType<Budget>, budget: ReturnType<Budget>): boolean =>
  spent.calls > budget.calls || spent.reads > budget.reads || spent.writes > budget.writes;

const measureOne = async (world: World, operation: Operation, size: number, times: boolean) => {
  for (let round = 0; round < (operation.once ? 0 : WARM_UP); round += 1) {
    await operation.run((await operation.prepare?.(size)) ?? "", size);
  }
  const prepared = (await operation.prepare?.(size)) ?? "";
  world.table.take();
  const first = await timesOf(() => operation.run(prepared, size));
  const made = tallied(world.table.made);
  const spent = world.table.take();
  const microseconds = times ? await processorOf(operation, size, first) : first;
  const point: Point = { size, ...spent, microseconds };
  return { point, made };
};

export interface Played {
  readonly series: MeasuredSeries;
  readonly over: readonly Over[];
}

/** `times`: processor time too, which takes longer. */
export const play = async (series: Series, sizes: readonly number[], times: boolean): Promise<Played> => {
  const world = await createWorld();
  try {
    const { grow, operations } = await series.make(world);
    const points = new Map<string, Point[]>(operations.map(({ name }) => [name, []]));
    const over: Over[] = [];
    let from = 0;
    for (const size of sizes) {
      await grow(from, size);
      from = size;
      world.table.settle();
      // What filling left behind is not the operations' to clear away.
      globalThis.gc?.();
      for (const operation of operations) {
        if (size > (operation.upTo ?? Number.POSITIVE_INFINITY)) continue;
        const { point, made } = await measureOne(world, operation, size, times);
        points.get(operation.name)?.push(point);
        const { calls, reads, writes } = point;
        const [spent, budget] = [{ calls, reads, writes }, operation.budget(size)];
        if (exceeds(spent, budget))
          over.push({ series: series.name, operation: operation.name, size, spent, budget, made });
      }
    }
    const curves = operations.map(
      ({ name, because = "" }): Curve => ({ operation: name, because, points: points.get(name) ?? [] }),
    );
    const on = new Date().toISOString().slice(0, "2026-01-01".length);
    return { series: { name: series.name, grows: series.grows, on, curves }, over };
  } finally {
    await world.close();
  }
};
