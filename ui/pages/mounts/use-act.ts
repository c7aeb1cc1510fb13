import { useState } from "preact/hooks";
import type { Answer, Failure } from "../../client/api.ts";

/** One change at a time: busy while it is on its way, and its failure after it. */
export const useAct = () => {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | undefined>(undefined);
  const act = async (change: () => Promise<Answer>): Promise<Answer | undefined> => {
    if (busy) return undefined;
    setBusy(true);
    setFailure(undefined);
    const answer = await change();
    setBusy(false);
    if (!answer.ok) setFailure(answer);
    return answer.ok ? answer : undefined;
  };
  return { busy, failure, act };
};
