/** The middle of some numbers; of an even count the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[half], sorted[half]] : sorted.slice(half - 1);
  return (low + high) / 2;
};

/** Microseconds one run of a synchronous `work` takes: the median over samples of `runs` runs each. */
export const microsecondsOf = (work: () => void, samples: number, runs: number): number => {
  for (let run = 0; run < runs; run++) work();
  const taken = Array.from({ length: samples }, () => {
    const start = performance.now();
    for (let run = 0; run < runs; run++) work();
    return ((performance.now() - start) * 1000) / runs;
  });
  return median(taken);
};

/** Microseconds one `work` takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) * 1000;
};
