/** The server's clock: the browser's may be hours off, and countdowns are the server's. */

let ahead = 0;

/** Milliseconds since 1970, by the server. */
export const serverNow = (): number => Date.now() + ahead;

/** `date`: an answer's `Date`, as the worker saw it. */
export const learnTime = (date: number): void => {
  ahead = date - Date.now();
};
