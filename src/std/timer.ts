/** Calls back after some time by the wall clock; answers how to call that off. */
export type Timer = (ms: number, ring: () => void) => () => void;

/** Keeps no process alive. */
export const wallTimer: Timer = (ms, ring) => {
  const timer = setTimeout(ring, ms).unref();
  return () => clearTimeout(timer);
};

/** Keeps the process alive until it rings or is called off. */
export const holdingTimer: Timer = (ms, ring) => {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
};

/** Waits for `work`, but no longer than `ms`. Answers whether it ended; a failure of the work is thrown. */
export const within = async (timer: Timer, ms: number, work: Promise<unknown>): Promise<boolean> => {
  let cancel = (): void => undefined;
  const tooLong = new Promise<false>((resolve) => {
    cancel = timer(Math.max(ms, 0), () => resolve(false));
  });
  return Promise.race([work.then(() => true), tooLong]).finally(cancel);
};
