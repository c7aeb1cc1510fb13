/** How parts of the agent say that the server refused the current token. */
export interface Doubts {
  /** Looked into once in ten seconds, however many parts say it. */
  raise(): void;
  /** Settles with `true` when a doubt is raised, with `false` when the waiting is called off. */
  next(signal: AbortSignal): Promise<boolean>;
}

const APART = 10_000;

export const createDoubts = (steady: () => number): Doubts => {
  const waiting = new Set<() => void>();
  let last = -APART;
  return {
    raise: () => {
      if (steady() - last < APART) return;
      last = steady();
      for (const tell of waiting) tell();
    },
    next: (signal) =>
      new Promise((resolve) => {
        const settle = (raised: boolean): void => {
          waiting.delete(tell);
          signal.removeEventListener("abort", calledOff);
          resolve(raised);
        };
        const tell = (): void => settle(true);
        const calledOff = (): void => settle(false);
        if (signal.aborted) resolve(false);
        else {
          waiting.add(tell);
          signal.addEventListener("abort", calledOff, { once: true });
        }
      }),
  };
};
