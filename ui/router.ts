import { useEffect, useState } from "preact/hooks";
import { type Place, placeOf } from "./routes.ts";

/** Moving between pages without loading the document. Whoever holds unsaved work may hold a move back. */

/** Says whether the move may happen now; a guard that holds it back asks, and calls `proceed` later. */
export type Guard = (proceed: () => void) => boolean;

const listeners = new Set<() => void>();
let guard: Guard | undefined;

const announce = (): void => {
  for (const listener of listeners) listener();
};

export const navigate = (href: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  const proceed = (): void => {
    history[replace ? "replaceState" : "pushState"](undefined, "", href);
    announce();
  };
  if (!guard || guard(proceed)) proceed();
};

/** Keeps the current page until `held` lets go. One guard at a time: the page that is open. */
export const useGuard = (held: Guard | undefined): void => {
  useEffect(() => {
    guard = held;
    return () => {
      guard = undefined;
    };
  }, [held]);
};

export const usePlace = (): Place | undefined => {
  const [place, setPlace] = useState(() => placeOf(location));
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(location));
    listeners.add(follow);
    addEventListener("popstate", follow);
    return () => {
      listeners.delete(follow);
      removeEventListener("popstate", follow);
    };
  }, []);
  return place;
};
