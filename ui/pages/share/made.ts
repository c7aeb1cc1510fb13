import { useEffect, useState } from "preact/hooks";
import type { Who } from "../../client/session.ts";
import { onStage } from "../../client/stage.ts";
import { personKey } from "../../client/who.ts";
import type { Code } from "../../share/code.ts";

/**
 * The links that were made here, for as long as this tab lives: in memory, nowhere else. What opens a link is let go of
 * once it can open nothing, and all of it when its maker signs out or somebody else signs in.
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
  /** Who made it, by `personKey`: nobody else sees it. */
  readonly by: string;
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

let made: readonly Made[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

const set = (next: readonly Made[]): void => {
  made = next;
  for (const listener of listeners) listener();
};

onStage((stage) => {
  if (stage.is === "out") set([]);
  if (stage.is === "in") set(made.filter(({ by }) => by === personKey(stage.session.who)));
});

export const add = (given: Omit<Made, "id" | "state">): number => {
  lastId += 1;
  set([{ ...given, id: lastId, state: "unopened" }, ...made]);
  return lastId;
};

export const mark = (id: number, state: State): void =>
  set(made.map((one) => (one.id === id ? { ...one, state, held: state === "unopened" ? one.held : undefined } : one)));

/** One's own, newest first. */
export const useMade = (who: Who): readonly Made[] => {
  const [shown, setShown] = useState(made);
  useEffect(() => {
    const follow = (): void => setShown(made);
    follow();
    listeners.add(follow);
    return () => {
      listeners.delete(follow);
    };
  }, []);
  return shown.filter(({ by }) => by === personKey(who));
};
