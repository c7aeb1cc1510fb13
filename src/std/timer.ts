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

/** Waits, or ends as soon as the signal is given. Answers whether the time passed. */
export const pause = (timer: Timer, ms: number, signal?: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(false);
      return;
    }
    const stopped = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = timer(ms, () => {
      signal?.removeEventListener("abort", stopped);
      resolve(true);
    });
    signal?.addEventListener("abort", stopped, { once: true });
  });

/** Milliseconds. A timer of Node rings at once when it is given more than some 24 days. */
const LONGEST = 86_400_000;

/**
 * Waits until `left` answers 0 milliseconds or less, however long that is; it is asked again after `step` milliseconds
 * at the latest. Answers whether the time passed; `false`: the signal ended the wait.
 */
export const pauseWhile = async (
  timer: Timer,
  left: () => number,
  signal: AbortSignal,
  step: number = LONGEST,
): Promise<boolean> => {
  for (let rest = left(); rest > 0 && !signal.aborted; rest = left()) {
    // Timers count whole milliseconds: less than one would be waited for again and again.
    await pause(timer, Math.max(Math.min(rest, step), 1), signal);
  }
  return !signal.aborted;
};
