import { useLayoutEffect, useState } from "preact/hooks";
import { onToasts, type Shown, shownToasts } from "./toast.ts";

/** Places where messages may be drawn: the page's, and one of each modal dialog. The innermost has them. */

const places: (() => void)[] = [];

/** What is to be drawn here: everything, or nothing while a dialog within has its own place. */
export const useEntries = (): readonly Shown[] => {
  const [entries, setEntries] = useState<readonly Shown[]>([]);
  useLayoutEffect(() => {
    const draw = (): void => setEntries(places.at(-1) === draw ? shownToasts() : []);
    const drawAll = (): void => {
      for (const each of places) each();
    };
    places.push(draw);
    drawAll();
    const stop = onToasts(draw);
    return () => {
      stop();
      places.splice(places.indexOf(draw), 1);
      drawAll();
    };
  }, []);
  return entries;
};
