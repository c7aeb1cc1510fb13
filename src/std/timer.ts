/** Calls back after some time by the wall clock, however long; answers how to call that off. */
export type Timer = (ms: number, ring: () => void) => () => void;

/** What a timer of the platform holds, some 24 days: given more, it rings at once. */
const LONGEST = 2 ** 31 - 1;

const timerBy =
  (begin: (ring: () => void, ms: number) => NodeJS.Timeout): Timer =>
  (ms, ring) => {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer = left > LONGEST ? begin(() => wait(left - LONGEST), LONGEST) : begin(ring, left);
    };
    wait(ms);
    return () => clearTimeout(timer);
  };

/** Keeps no process alive. */
export const wallTimer: Timer = timerBy((ring, ms) => setTimeout(ring, ms).unref());

/** Keeps the process alive until it rings or is called off. */
export const holdingTimer: Timer = timerBy((ring, ms) => setTimeout(ring, ms));

/** Waits for `work`, but no longer than `ms`. Answers whether it ended; a failure of the work is thrown. */
export const within = async (timer: Timer, ms: number, work: Promise<unknown>): Promise<boolean> => {
  let cancel = (): void => undefined;
  const tooLong = new Promise<false>((resolve) => {
    cancel = timer(Math.max(ms, 0), () => resolve(false));
  });
  return Promise.race([work.then(() => true), tooLong]).finally(cancel);
};

/** Waits for the signal alone. */
export const calledOff = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

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

/** Milliseconds. */
const DAY = 86_400_000;

/**
 * Waits until `left` answers 0 milliseconds or less, however long that is; it is asked again after `step` milliseconds
 * at the latest. Answers whether the time passed; `false`: the signal ended the wait.
 */
export const pauseWhile = async (
  timer: Timer,
  left: () => number,
  signal: AbortSignal,
  step: number = DAY,
): Promise<boolean> => {
  for (let rest = left(); rest > 0 && !signal.aborted; rest = left()) {
    // Timers count whole milliseconds: less than one would be waited for again and again.
    await pause(timer, Math.max(Math.min(rest, step), 1), signal);
  }
  return !signal.aborted;
};
