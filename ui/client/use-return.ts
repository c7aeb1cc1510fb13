import { useEffect, useRef } from "preact/hooks";
import { useStage } from "./stage.ts";

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
