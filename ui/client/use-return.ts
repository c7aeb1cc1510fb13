import { useEffect, useRef } from "preact/hooks";
import { useStage } from "./stage.ts";

/** Runs when somebody signs in again after a lock or an ended session: what hung on the old token may be gone with it. */
export const useReturn = (run: () => Promise<void>): void => {
  const away = useStage().is === "away";
  const wasAway = useRef(away);
  useEffect(() => {
    if (wasAway.current && !away) void run();
    wasAway.current = away;
  }, [away]);
};
