import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { kit } from "../texts/kit.ts";

/**
 * The one status line that screen readers read out. A modal dialog silences everything outside itself, so it brings its
 * own, and what is said goes to the innermost.
 */

const places: HTMLElement[] = [];
let said = 0;

/** Said once. Never a secret value. */
export const announce = (text: string): void => {
  const place = places.at(-1);
  if (!place) return;
  // A text said twice in a row is a change only if it looks like one.
  said += 1;
  place.textContent = said % 2 === 0 ? text : `${text}\u00a0`;
};

const MOMENT_MS = 600;

/** Said once it has stood for a moment: what changes with every key is not read out at every key. */
export const useSaidLater = (text: string | undefined): void => {
  useEffect(() => {
    if (text === undefined) return;
    const timer = setTimeout(() => announce(text), MOMENT_MS);
    return () => clearTimeout(timer);
  }, [text]);
};

/** How many a filter leaves; `undefined`: nothing is filtered. */
export const useSaidCount = (count: number | undefined): void =>
  useSaidLater(count === undefined ? undefined : kit.found(count));

export const Announcer = () => {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = ref.current;
    if (!place) return;
    const outer = places.at(-1);
    outer?.removeAttribute("role");
    places.push(place);
    return () => {
      places.splice(places.indexOf(place), 1);
      places.at(-1)?.setAttribute("role", "status");
    };
  }, []);
  return <div class="unseen-text" role="status" ref={ref} />;
};
