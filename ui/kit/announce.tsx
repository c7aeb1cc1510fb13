import { useLayoutEffect, useRef } from "preact/hooks";

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
