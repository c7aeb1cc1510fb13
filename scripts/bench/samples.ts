/** The middle of some numbers; of an even count the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[half], sorted[half]] : sorted.slice(half - 1);
  return (low + high) / 2;
};

/**
 * Microseconds one run of each synchronous work takes: the median over samples of `runs` runs each. The works take
 * turns, sample by sample, so that whatever else the machine does falls on all of them.
 */
export const microsecondsInTurn = (
  works: readonly (() => void)[],
  samples: number,
  runs: number,
): readonly number[] => {
  const taken: number[][] = works.map(() => []);
  const warmUp = Math.ceil(samples / 5);
  for (let sample = -warmUp; sample < samples; sample++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      for (let run = 0; run < runs; run++) work();
      if (sample >= 0) taken[index]?.push(((performance.now() - start) * 1000) / runs);
    }
  }
  return taken.map(median);
};

/** Microseconds one run of a synchronous `work` takes. */
export const microsecondsOf = (work: () => void, samples: number, runs: number): number =>
  microsecondsInTurn([work], samples, runs)[0] ?? Number.NaN;

export interface Timed {
  /** Microseconds by the clock. */
  readonly wall: number;
  /** Microseconds of processor, all threads. On a machine that is shared this is what stays comparable. */
  readonly processor: number;
}

/** What one `work` takes. */
export const timed = async (work: () => Promise<unknown>): Promise<Timed> => {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: user + system };
};

/** Medians in microseconds of works that take turns, so that whatever else the machine does falls on all of them. */
export const inTurn = async (count: number, works: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> => {
  const walls: number[][] = works.map(() => []);
  const warmUp = Math.ceil(count / 5);
  for (let round = -warmUp; round < count; round++) {
    for (const [index, work] of works.entries()) {
      const { wall } = await timed(work);
      if (round >= 0) walls[index]?.push(wall);
    }
  }
  return walls.map(median);
};
