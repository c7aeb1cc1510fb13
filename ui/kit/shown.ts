import { useLayoutEffect, useState } from "preact/hooks";

/** Whether a secret is on screen: for 60 s, until the tab is hidden or left, or until everything is hidden at once. */

const SHOWN_MS = 60_000;
const hiders = new Set<() => void>();

/** On lock, on sign-out, and before a page goes into the back/forward cache. */
export const hideValues = (): void => {
  for (const hide of hiders) hide();
};

addEventListener("pagehide", hideValues);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hideValues();
});

/** `stay`: the 60 s begin again, since somebody is at work in it. */
export const useShown = (): readonly [shown: boolean, show: (shown: boolean) => void, stay: () => void] => {
  const [shown, setShown] = useState(false);
  const [turn, setTurn] = useState(0);
  // Before anything can hide it.
  useLayoutEffect(() => {
    if (!shown) return;
    const hide = (): void => setShown(false);
    const timer = setTimeout(hide, SHOWN_MS);
    hiders.add(hide);
    return () => {
      clearTimeout(timer);
      hiders.delete(hide);
    };
  }, [shown, turn]);
  return [shown, setShown, () => setTurn((before) => before + 1)];
};
