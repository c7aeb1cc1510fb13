/**
 * The link that somebody came with. This module is the first that the page runs: it takes the fragment out of the
 * address before anything else happens, so that the wrapping token in it is in no history entry, title or error report.
 * It imports nothing, and what it took is handed out once.
 */

interface Arrival {
  /** What stood behind `#`; `undefined`: nothing came. */
  take(): string | undefined;
  /** Tells of a link that is pasted into the address of an open tab. */
  follow(listener: () => void): () => void;
}

const SHARED = /^#v\d/;
const OPEN = /^\/ui\/open\/?$/;

let arrived: string | undefined;
const listeners = new Set<() => void>();

const receive = (whole: boolean): void => {
  const { hash, pathname } = location;
  // Of an open page, fragments that are not links are places within it.
  if (hash === "" || !(SHARED.test(hash) || (whole && OPEN.test(pathname)))) return;
  history.replaceState(undefined, "", "/ui/open");
  arrived = hash.slice(1);
  for (const listener of listeners) listener();
};

receive(true);
// Hears it first, so the address is clean before anything else looks at it.
addEventListener("popstate", () => receive(false));

export const arrival: Arrival = {
  take() {
    const taken = arrived;
    arrived = undefined;
    return taken;
  },
  follow(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
