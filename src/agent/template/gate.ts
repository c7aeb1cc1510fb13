/** Lets a few through at a time: connections to one server. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

export const createGate = (width: number): Gate => {
  const waiting: (() => void)[] = [];
  let free = Math.max(width, 1);
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};
