import { type Person, personKey } from "./who.ts";

/**
 * Unsaved work, in the memory of this tab and nowhere else: it may hold secrets. It outlives the page that made it, an
 * ended session and a lock, and is given back to the person who wrote it alone.
 */

const rooms = new Set<Map<string, unknown>>();
let owner: string | undefined;

export const forgetDrafts = (): void => {
  for (const room of rooms) room.clear();
  owner = undefined;
};

/** Whoever asks now is who is signed in: what somebody else left is forgotten. */
const claim = (who: Person): void => {
  const now = personKey(who);
  if (now !== owner) forgetDrafts();
  owner = now;
};

export interface Drafts<T> {
  of(who: Person, place: string): T | undefined;
  keep(who: Person, place: string, draft: T): void;
  /** Whether it is the one that is kept: the last word on it. */
  holds(place: string, draft: T): boolean;
  drop(place: string): void;
}

/** Drafts of one kind, by the path of what they are about. */
export const draftsOf = <T>(): Drafts<T> => {
  const kept = new Map<string, T>();
  rooms.add(kept);
  return {
    of: (who, place) => {
      claim(who);
      return kept.get(place);
    },
    keep: (who, place, draft) => {
      claim(who);
      kept.set(place, draft);
    },
    holds: (place, draft) => kept.get(place) === draft,
    drop: (place) => {
      kept.delete(place);
    },
  };
};
