/** Between two looks at what comes in: an answer may come every few milliseconds. */
const PAUSE_MS = 100;

/** Calls it once for all that happens in a pause, at its end. */
export const paced = (look: () => void): (() => void) => {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      look();
    }, PAUSE_MS);
  };
};
