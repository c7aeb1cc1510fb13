import { useEffect, useRef, useState } from "preact/hooks";
import { navigate } from "../router.ts";
import { type Answer, type Failure, get } from "./api.ts";
import { useStage } from "./stage.ts";
import { useListener } from "./use-listener.ts";

/** Changing something, by a click or by Ctrl+S, and going on after it. */

const isFailure = (outcome: unknown): outcome is Failure => outcome instanceof Object && "ok" in outcome && !outcome.ok;

/** One change at a time, of one call or several: busy while it is on its way, and its failure after it. */
export const useAct = () => {
  // A second click may come before the first one is drawn.
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  /** `undefined`: it failed, or another one is under way. */
  const act = async <T>(change: () => Promise<T | Failure>): Promise<T | undefined> => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setFailure(undefined);
    const outcome = await change();
    running.current = false;
    setBusy(false);
    if (!isFailure(outcome)) return outcome;
    setFailure(outcome);
    return undefined;
  };
  return { busy, failure, act };
};

export type Act = ReturnType<typeof useAct>["act"];

/** Writes what is new, where a write to a name that is taken would change what has it: looks at `path` before. */
export const unlessThere = async (path: string, write: () => Promise<Answer>): Promise<"taken" | Answer> => {
  const there = await get(path);
  if (there.ok) return "taken";
  return there.kind === "not-found" ? write() : there;
};

/**
 * Goes to another page when something is done: once that is drawn, so that nothing unsaved holds the move back. Whoever
 * went elsewhere meanwhile stays there; the page they left is drawn until the next one is loaded.
 */
export const useGo = (to: typeof navigate = navigate) => {
  const [from] = useState(location.pathname);
  const [move, set] = useState<Parameters<typeof navigate>>();
  useEffect(() => {
    if (move && location.pathname === from) to(...move);
  }, [move]);
  return { going: move !== undefined, go: (...given: Parameters<typeof navigate>): void => set(given) };
};

/**
 * Runs when somebody signs in again after a lock or an ended session: what hung on the old token may be gone with it.
 * `locked`: by a lock, which revokes a token that was made by signing in here, though the server may not have it yet.
 */
export const useReturn = (run: (locked: boolean) => Promise<void>): void => {
  const stage = useStage();
  const why = stage.is === "away" ? stage.why : undefined;
  const before = useRef(why);
  useEffect(() => {
    if (before.current !== undefined && why === undefined) void run(before.current === "locked");
    before.current = why;
  }, [why]);
};

const isSave = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

/** Ctrl+S and ⌘+S, wherever the focus is. */
export const useSaveKey = (save: () => void): void =>
  useListener(["keydown"], (event) => {
    if (!isSave(event)) return;
    event.preventDefault();
    // A dialog over the page asks something first: who is there, or whether to leave.
    if (!event.repeat && !document.querySelector("dialog:modal")) save();
  });
