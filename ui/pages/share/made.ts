import { useEffect, useState } from "preact/hooks";
import type { Code } from "../../share/code.ts";

/**
 * The links that were made here, for as long as this tab lives: in memory, nowhere else. What opens a link is let go of
 * once it can open nothing, and all of it when somebody else signs in.
 */

export type State = "unopened" | "opened" | "ended" | "cancelled";

/** What opens it. */
export interface Held {
  readonly token: string;
  /** Behind `#`. */
  readonly fragment: string;
  readonly code: Code | undefined;
}

export interface Made {
  readonly id: number;
  /** Whom it is for, in the sender's words; never sent. */
  readonly note: string;
  /** A secret's path; empty: a text. */
  readonly from: string;
  /** Milliseconds of the server's clock. */
  readonly endsAt: number;
  readonly state: State;
  /** While it is unopened. */
  readonly held: Held | undefined;
}

let owner: string | undefined;
let made: readonly Made[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

const set = (next: readonly Made[]): void => {
  made = next;
  for (const listener of listeners) listener();
};

/** Drops what another person made. */
export const ownedBy = (who: string): void => {
  if (owner !== undefined && owner !== who) set([]);
  owner = who;
};

export const add = (given: Omit<Made, "id" | "state">): number => {
  lastId += 1;
  set([{ ...given, id: lastId, state: "unopened" }, ...made]);
  return lastId;
};

export const mark = (id: number, state: State): void =>
  set(made.map((one) => (one.id === id ? { ...one, state, held: state === "unopened" ? one.held : undefined } : one)));

/** Newest first. */
export const useMade = (): readonly Made[] => {
  const [shown, setShown] = useState(made);
  useEffect(() => {
    const follow = (): void => setShown(made);
    follow();
    listeners.add(follow);
    return () => {
      listeners.delete(follow);
    };
  }, []);
  return shown;
};
