import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { BASE, type Place, placeOf } from "./routes.ts";

/**
 * Moving between pages without loading the document. Whoever holds unsaved work may hold a move back, also one by the
 * browser's buttons: the history then goes back to where it was, and on when the person says so. An entry of the
 * history has its number and nothing else.
 */

/** Says whether the move may happen now; a guard that holds it back asks, and calls `proceed` later. */
export type Guard = (proceed: () => void) => boolean;

const listeners = new Set<() => void>();
let guard: Guard | undefined;

/** What is drawn: without the fragment, which is a place within a page. */
let shown = "";

const drawn = (): string => location.pathname + location.search;

const announce = (): void => {
  shown = drawn();
  for (const listener of listeners) listener();
};

const numberOf = (state: unknown): number | undefined => {
  const at = typeof state === "object" && state !== null && "at" in state ? state.at : undefined;
  return typeof at === "number" ? at : undefined;
};

let at = 0;
/** A move of the history that was asked for here: it is followed, or undone, without asking again. */
let expected: "undone" | "allowed" | undefined;
/** The move that was held back, allowed before the history was where it had been. */
let next: (() => void) | undefined;

/** Does what takes the place of the page: now, or when the person gives up what is unsaved there. */
export const takePlace = (proceed: () => void): void => {
  if (!guard || guard(proceed)) proceed();
};

export const navigate = (href: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  takePlace(() => {
    if (!replace) at += 1;
    history[replace ? "replaceState" : "pushState"]({ at }, "", href);
    announce();
  });
};

const moved = ({ state }: PopStateEvent): void => {
  const asked = expected;
  expected = undefined;
  if (asked === "undone") {
    next?.();
    next = undefined;
    return;
  }
  const to = numberOf(state);
  // An address typed by hand, or a fragment: a new entry after the present one.
  const by = to === undefined ? 1 : to - at;
  const go = (): void => {
    expected = "allowed";
    history.go(by);
  };
  const proceed = (): void => {
    if (expected) next = go;
    else go();
  };
  const away = by !== 0 && drawn() !== shown;
  if (away && asked === undefined && guard && !guard(proceed)) {
    expected = "undone";
    history.go(-by);
    return;
  }
  if (to === undefined) history.replaceState({ at: at + by }, "");
  at += by;
  void arrive();
};

/** Loaded for the few who come by such a link; `undefined`: it could not be. */
const foreignLinks = () => import("./foreign-links.ts").catch(() => undefined);

/** Vault's and OpenBao's links become the page's own, in the address too. */
const arrive = async (): Promise<void> => {
  if (location.pathname.startsWith(`${BASE}vault`)) {
    const { href } = location;
    const own = (await foreignLinks())?.ownHref(location);
    if (own !== undefined && location.href === href) history.replaceState({ at }, "", own);
  }
  announce();
};

/**
 * To the place that an address names, which anybody may have written; without one, to the start. Whoever went elsewhere
 * before that was known stays there.
 */
export const goBackTo = async (address: string | undefined): Promise<void> => {
  const { href } = location;
  const own = address ? (await foreignLinks())?.ownPlace(address) : undefined;
  if (location.href === href) navigate(own ?? BASE, { replace: true });
};

/** Begins; once, before anything is drawn. Resolves when it is known which page the address means. */
export const startRouter = async (): Promise<void> => {
  at = numberOf(history.state) ?? 0;
  history.replaceState({ at }, "");
  addEventListener("popstate", moved);
  await arrive();
};

/** Keeps the current page until `held` lets go. One guard at a time: the page that is open. */
export const useGuard = (held: Guard | undefined): void => {
  // With what is drawn, and not a frame later: nobody is quicker than that.
  useLayoutEffect(() => {
    if (!held) return;
    guard = held;
    return () => {
      if (guard === held) guard = undefined;
    };
  }, [held]);
};

export const usePlace = (): Place | undefined => {
  const [place, setPlace] = useState(() => placeOf(location));
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(location));
    follow();
    listeners.add(follow);
    return () => {
      listeners.delete(follow);
    };
  }, []);
  return place;
};
