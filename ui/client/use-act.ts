import { useRef, useState } from "preact/hooks";
import type { Answer, Failure, Success } from "./api.ts";

/** One change at a time: busy while it is on its way, and its failure after it. */
export const useAct = () => {
  // A second click may come before the first one is drawn.
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  /** `undefined`: it failed, or another one is under way. */
  const act = async (change: () => Promise<Answer>): Promise<Success | undefined> => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setFailure(undefined);
    const answer = await change();
    running.current = false;
    setBusy(false);
    if (answer.ok) return answer;
    setFailure(answer);
    return undefined;
  };
  return { busy, failure, act };
};
